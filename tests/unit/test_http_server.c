/*
 * http: a real server on 127.0.0.1: answers, pipelining, conditional
 * requests, gzip, files, deadlines, a full queue, drain, start errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "client.h"
#include "http/http.h"

static char folder[] = "/tmp/gspd-http-XXXXXX";
static int listen_fd = -1;
static int port;
static struct http_server *server;
static atomic_int gate; /* /wait answers once it is 0 */
static atomic_int workers;
static atomic_int idled;

static int64_t
fixed_now(void)
{
	return 1795255200;
}

static void *
worker_new(void *ctx, unsigned i)
{
	(void)ctx;
	(void)i;
	atomic_fetch_add(&workers, 1);
	return &workers;
}

static void
worker_free(void *ctx, void *worker)
{
	(void)ctx;
	assert_ptr_equal(worker, &workers);
	atomic_fetch_sub(&workers, 1);
}

static bool
fast(void *ctx, const struct http_request *req, struct http_response *res)
{
	struct err err;
	char path[100];

	(void)ctx;
	if (strcmp(req->path, "/fast") == 0) {
		http_response_text(res, 200, "fast\n");
		return true;
	}
	if (strncmp(req->path, "/file/", 6) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%.50s", folder, req->path + 6);
	res->type = "application/xml";
	res->etag = "filetag";
	if (http_response_file(req, res, path, strstr(path, ".gz") != NULL,
		8 << 20, &err) == -1)
		http_response_text(res, err.code == ERR_NOTFOUND ? 404 : 500,
		    err.text);
	return true;
}

static void
handle(void *ctx, void *worker, const struct http_request *req,
    struct http_response *res)
{
	(void)ctx;
	assert_ptr_equal(worker, &workers);
	if (strcmp(req->path, "/wait") == 0) {
		while (atomic_load(&gate) != 0)
			(void)poll(NULL, 0, 2);
	}
	if (strcmp(req->path, "/split") == 0)
		http_response_header(res, "X-Evil", "a\r\nSet-Cookie: b");
	http_response_text(res, 200, "");
	res->etag = "tag";
	strbuf_addf(&res->body, "%s %.*s\n", req->path, (int)req->body_len,
	    req->body);
	if (strcmp(req->path, "/big") == 0) {
		for (int i = 0; i < 1000; i++)
			strbuf_addstr(&res->body, "the same words again ");
	}
}

static void
idle(void *ctx, void *worker)
{
	(void)ctx;
	assert_ptr_equal(worker, &workers);
	atomic_fetch_add(&idled, 1);
}

static int
start(struct http_options options)
{
	struct err err;

	listen_fd = http_listen("127.0.0.1:0", &err);
	assert_int_not_equal(listen_fd, -1);
	port = http_listen_port(listen_fd);
	options.listen_fds = &listen_fd;
	options.n_listen_fds = 1;
	options.loops = 2;
	options.worker_new = worker_new;
	options.worker_free = worker_free;
	options.fast = fast;
	options.handle = handle;
	options.idle = idle;
	options.now = fixed_now;
	options.grace_ms = options.grace_ms != 0 ? options.grace_ms : 50;
	options.drain_ms = 3000;
	server = http_server_start(&options, &err);
	return server != NULL ? 0 : -1;
}

static int
setup(void **state)
{
	struct http_options options = { .workers = 2,
		.queue_max = 2,
		.head_ms = 300,
		.idle_ms = 400 };

	(void)state;
	atomic_store(&gate, 0);
	return start(options);
}

static int
teardown(void **state)
{
	(void)state;
	http_server_stop(server);
	close(listen_fd);
	assert_int_equal(atomic_load(&workers), 0);
	return 0;
}

static void
assert_header(const struct strbuf *out, const char *name, const char *value)
{
	char buf[100];

	assert_string_equal(client_header(out, name, buf, sizeof(buf)), value);
}

static void
test_answers(void **state)
{
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 1 << 20);
	client_get(port, "/hello?x=1", "", &out);
	assert_int_equal(client_status(&out), 200);
	assert_string_equal(client_body(&out), "/hello \n");
	assert_header(&out, "Date", "Sat, 21 Nov 2026 10:00:00 GMT");
	assert_header(&out, "Connection", "close");
	assert_header(&out, "ETag", "\"tag\"");
	client_get(port, "/fast", "", &out);
	assert_string_equal(client_body(&out), "fast\n");
	client_get(port, "/split", "", &out);
	assert_int_equal(client_status(&out), 200);
	assert_null(strstr(out.buf, "Set-Cookie"));
	strbuf_release(&out);
}

static void
test_pipelining(void **state)
{
	static const char text[] =
	    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
	    "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
	    "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n"
	    "HEAD /4 HTTP/1.1\r\nHost: a\r\n\r\n"
	    "GET /5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	    "GET /never HTTP/1.1\r\nHost: a\r\n\r\n";
	const char *p;
	struct strbuf out;
	int n = 0;

	(void)state;
	strbuf_init(&out, 1 << 20);
	client_talk(port, text, sizeof(text) - 1, &out);
	for (p = out.buf; (p = strstr(p, "HTTP/1.1 200")) != NULL; p++)
		n++;
	assert_int_equal(n, 5);
	assert_non_null(strstr(out.buf, "/2 abc\n"));
	assert_non_null(strstr(out.buf, "/5 \n"));
	assert_null(strstr(out.buf, "/4 \n"));
	assert_null(strstr(out.buf, "never"));
	strbuf_release(&out);
}

static void
test_refusals(void **state)
{
	static const struct {
		int status;
		const char *text;
	} table[] = {
		{ 400, "GET / HTTP/1.1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\nHost: a\n\n" },
		{ 405, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ 501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ 413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
		       "999999\r\n\r\nxxxxxxxxxxxxxxxxxxx" },
		{ 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
		       "chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n" },
	};
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		client_talk(port, table[i].text, strlen(table[i].text), &out);
		assert_int_equal(client_status(&out), table[i].status);
		assert_header(&out, "Connection", "close");
		/* One answer, then the end: nothing hides behind. */
		assert_null(strstr(out.buf + 9, "HTTP/1.1"));
	}
	strbuf_release(&out);
}

static void
test_conditional_and_gzip(void **state)
{
	struct strbuf out, plain;
	struct err err;

	(void)state;
	strbuf_init(&out, 1 << 20);
	strbuf_init(&plain, 1 << 20);
	client_get(port, "/a", "If-None-Match: \"x\", \"tag\"\r\n", &out);
	assert_int_equal(client_status(&out), 304);
	assert_string_equal(client_body(&out), "");
	client_get(port, "/a", "If-None-Match: W/\"tag-gz\"\r\n", &out);
	assert_int_equal(client_status(&out), 304);
	client_get(port, "/a", "If-None-Match: \"tagx\"\r\n", &out);
	assert_int_equal(client_status(&out), 200);
	client_get(port, "/a", "If-None-Match: tag\r\n", &out);
	assert_int_equal(client_status(&out), 200);

	client_get(port, "/big", "Accept-Encoding: gzip\r\n", &out);
	assert_header(&out, "Content-Encoding", "gzip");
	assert_header(&out, "ETag", "\"tag-gz\"");
	assert_int_equal(gzip_unpack(client_body(&out), client_body_len(&out),
			     1 << 20, &plain, &err),
	    0);
	client_get(port, "/big", "", &out);
	assert_header(&out, "Content-Encoding", "");
	assert_string_equal(client_body(&out), plain.buf);
	strbuf_release(&out);
	strbuf_release(&plain);
}

static void
put(const char *name, const void *data, size_t len)
{
	char path[200];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_put(path, data, len, 0600, &err), 0);
}

static void
test_files(void **state)
{
	static const char text[] = "<page>words words words</page>\n";
	struct strbuf out, packed;
	char *large = xcalloc(1, 3 << 20);

	(void)state;
	strbuf_init(&out, 8 << 20);
	strbuf_init(&packed, 1 << 20);
	gzip_pack(text, strlen(text), &packed);
	put("p.xml", text, strlen(text));
	put("p.xml.gz", packed.buf, packed.len);
	put("empty", "", 0);
	put("large", large, 3 << 20);

	client_get(port, "/file/p.xml", "", &out);
	assert_string_equal(client_body(&out), text);
	client_get(port, "/file/p.xml.gz", "", &out);
	assert_string_equal(client_body(&out), text);
	assert_header(&out, "ETag", "\"filetag\"");
	client_get(port, "/file/p.xml.gz", "Accept-Encoding: gzip\r\n", &out);
	assert_header(&out, "Content-Encoding", "gzip");
	assert_int_equal(client_body_len(&out), packed.len);
	assert_memory_equal(client_body(&out), packed.buf, packed.len);
	client_get(port, "/file/empty", "", &out);
	assert_int_equal(client_status(&out), 200);
	assert_string_equal(client_body(&out), "");
	client_get(port, "/file/large", "", &out);
	assert_int_equal(client_body_len(&out), 3 << 20);
	client_get(port, "/file/none", "", &out);
	assert_int_equal(client_status(&out), 404);
	client_get(port, "/file/p.xml", "If-None-Match: *\r\n", &out);
	assert_int_equal(client_status(&out), 304);
	free(large);
	strbuf_release(&out);
	strbuf_release(&packed);
}

static void
test_deadlines(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	int fd = client_connect(port);
	int64_t began = clock_monotonic_ms();
	struct strbuf out;

	(void)state;
	strbuf_init(&out, 1 << 20);
	/* A head that drips is cut by the absolute deadline. */
	client_send(fd, get, 20);
	for (int n = 0; n < 100; n++) {
		char ch;

		client_send(fd, "a", 1);
		(void)poll(NULL, 0, 20);
		if (recv(fd, &ch, 1, MSG_DONTWAIT) == 0)
			break;
	}
	assert_in_range(clock_monotonic_ms() - began, 200, 1500);
	close(fd);
	/* A silent connection goes too, and a kept one after its idle time. */
	fd = client_connect(port);
	client_read(fd, 2000, &out);
	assert_int_equal(out.len, 0);
	close(fd);
	began = clock_monotonic_ms();
	client_talk(port, get, sizeof(get) - 1, &out);
	assert_int_equal(client_status(&out), 200);
	assert_in_range(clock_monotonic_ms() - began, 300, 2000);
	strbuf_release(&out);
}

static void
test_full_queue(void **state)
{
	static const char text[] =
	    "GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct strbuf out;
	int fds[8];
	int busy = 0;
	int good = 0;

	(void)state;
	strbuf_init(&out, 1 << 20);
	atomic_store(&gate, 1);
	for (int i = 0; i < 8; i++) {
		fds[i] = client_connect(port);
		client_send(fds[i], text, sizeof(text) - 1);
		(void)poll(NULL, 0, 30);
	}
	/* What needs no worker is answered meanwhile. */
	client_get(port, "/fast", "", &out);
	assert_int_equal(client_status(&out), 200);
	/* One client gives up while its request is at a worker. */
	close(fds[0]);
	(void)poll(NULL, 0, 30);
	atomic_store(&gate, 0);
	for (int i = 1; i < 8; i++) {
		strbuf_reset(&out);
		client_read(fds[i], 2000, &out);
		close(fds[i]);
		if (client_status(&out) == 503) {
			busy++;
			assert_header(&out, "Retry-After", "1");
		} else if (client_status(&out) == 200)
			good++;
	}
	assert_int_equal(good, 3);
	assert_int_equal(busy, 4);
	strbuf_release(&out);
}

static void *
stop_main(void *arg)
{
	http_server_stop(arg);
	return NULL;
}

static void
test_drain(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct http_options options = { .workers = 1, .grace_ms = 300 };
	struct strbuf out;
	pthread_t stopper;
	int fd;

	(void)state;
	assert_int_equal(start(options), 0);
	strbuf_init(&out, 1 << 20);
	fd = client_connect(port);
	client_send(fd, get, sizeof(get) - 1);
	client_read(fd, 100, &out);
	assert_int_equal(client_status(&out), 200);
	assert_header(&out, "Connection", "");
	assert_int_equal(pthread_create(&stopper, NULL, stop_main, server), 0);
	(void)poll(NULL, 0, 100);
	/* A kept connection still gets its answer, with the word to close. */
	strbuf_reset(&out);
	client_send(fd, get, sizeof(get) - 1);
	client_read(fd, 2000, &out);
	assert_int_equal(client_status(&out), 200);
	assert_header(&out, "Connection", "close");
	pthread_join(stopper, NULL);
	close(fd);
	close(listen_fd);
	strbuf_release(&out);
}

static void
test_start_errors(void **state)
{
	struct http_options options = { .workers = 1,
		.tls_certificate = "/nonexistent",
		.tls_key = "/nonexistent" };
	char address[40];
	struct err err;

	(void)state;
	assert_int_equal(start(options), -1);
	close(listen_fd);
	assert_int_equal(http_listen("127.0.0.1", &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_int_equal(http_listen("here:80", &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	listen_fd = http_listen("127.0.0.1:0", &err);
	assert_int_not_equal(listen_fd, -1);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%d",
	    http_listen_port(listen_fd));
	assert_int_equal(http_listen(address, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	close(listen_fd);
}

/* Wait until both are as often as said. */
static void
await(int n)
{
	for (int i = 0; i < 500 && atomic_load(&idled) < n; i++)
		(void)poll(NULL, 0, 4);
	assert_int_equal(atomic_load(&idled), n);
}

/* Workers without a job look around when they are woken, once. */
static void
test_wake(void **state)
{
	static const char text[] =
	    "GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct strbuf out;
	int fd;

	(void)state;
	for (int i = 0; i < 500 && atomic_load(&workers) < 2; i++)
		(void)poll(NULL, 0, 4);
	atomic_store(&idled, 0);
	http_server_wake(server);
	await(2);
	strbuf_init(&out, 1 << 20);
	atomic_store(&gate, 1);
	fd = client_connect(port);
	client_send(fd, text, sizeof(text) - 1);
	(void)poll(NULL, 0, 100);
	http_server_wake(server);
	await(3);
	(void)poll(NULL, 0, 50);
	assert_int_equal(atomic_load(&idled), 3); /* the other one is at work */
	atomic_store(&gate, 0);
	client_read(fd, 2000, &out);
	close(fd);
	assert_int_equal(client_status(&out), 200);
	await(4); /* and looks when it is done */
	strbuf_release(&out);
}

static int
make_folder(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(folder, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pipelining, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conditional_and_gzip,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadlines, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_full_queue, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_wake, setup, teardown),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_start_errors),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
