/*
 * net against senders that are just not quite dead: a byte every 19 seconds,
 * a trickle, a head that never ends. The real limits, so it takes 20 seconds.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "liar.h"
#include "net/net.h"

#define PATIENCE_S 25

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n";

static void
answer(void *ctx, const struct liar_request *request, int fd)
{
	bool is_drip = strstr(request->path, "drip") != NULL;
	bool is_head = strstr(request->path, "head") != NULL;

	(void)ctx;
	if (is_head)
		liar_text(fd, "HTTP/1.1 200 OK\r\nX-Slow: ");
	else
		liar_text(fd, head);
	/* 500 bytes a second, or one byte every 19. */
	for (int i = 0; i < PATIENCE_S * 10; i++) {
		char many[50];

		memset(many, 'x', sizeof(many));
		if (is_drip ? i % 190 == 0 && liar_send(fd, "x", 1) == -1
			    : liar_send(fd, many, is_head ? 1 : 50) == -1)
			return;
		usleep(100000);
	}
	liar_stall(fd);
}

struct seen {
	int ended;
	bool is_timeout[3];
};
struct one {
	struct seen *seen;
	int i;
};

static void
on_done(void *ctx, const struct net_answer *net_answer, struct err *err)
{
	struct one *one = ctx;

	assert_non_null(err);
	assert_int_equal(err->code, ERR_NET);
	one->seen->is_timeout[one->i] = net_answer->is_timeout;
	one->seen->ended++;
}

static void
test_slow(void **state)
{
	static const char *const paths[] = { "drip", "trickle", "head" };
	struct net_options options = { .user_agent = "test" };
	struct liar *liar = liar_new(answer, NULL);
	struct err err = { 0 };
	struct net *net = net_new(&options, &err);
	struct seen seen = { 0 };
	struct one ones[ARRAY_LEN(paths)];
	int64_t begin = clock_monotonic_ms();
	size_t left = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char *url = liar_url(liar, paths[i]);
		struct net_request request = { .url = url,
			.max = 60000,
			.insecure = true,
			.allow_private = true,
			.lane = &ones[i],
			.done = on_done,
			.ctx = &ones[i] };

		ones[i] = (struct one){ &seen, (int)i };
		assert_int_equal(net_add(net, &request, &err), 0);
		free(url);
	}
	while (left > 0) {
		assert_int_equal(net_run(net, 1000, &left, &err), 0);
		assert_true(clock_monotonic_ms() - begin < PATIENCE_S * 1000);
	}
	assert_int_equal(seen.ended, 3);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_true(seen.is_timeout[i]);
	assert_true(clock_monotonic_ms() - begin > 15000);
	net_free(net);
	liar_free(liar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_slow) };

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("net_slow", tests, NULL, NULL);
}
