/*
 * gspd.conf and peers.conf from any bytes: never a crash, and what is
 * accepted writes and reads back the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try_conf(const char *text, size_t len)
{
	struct conf conf, again;
	struct strbuf first, second;
	struct err err = { 0 };

	if (conf_parse("f", text, len, &conf, &err) == -1) {
		assert(err.code == ERR_CONF && strncmp(err.text, "f:", 2) == 0);
		return;
	}
	strbuf_init(&first, CONF_FILE_MAX);
	strbuf_init(&second, CONF_FILE_MAX);
	conf_write(&conf, &first);
	assert(conf_parse("f", first.buf, first.len, &again, &err) == 0);
	conf_write(&again, &second);
	assert(strcmp(first.buf, second.buf) == 0);
	strbuf_release(&first);
	strbuf_release(&second);
	conf_release(&conf);
	conf_release(&again);
}

static void
try_peers(const char *text, size_t len)
{
	struct conf_peers peers;
	struct err err = { 0 };

	if (conf_peers_parse("f", text, len, &peers, &err) == -1) {
		assert(err.code == ERR_CONF && strncmp(err.text, "f:", 2) == 0);
		return;
	}
	for (size_t i = 0; i < peers.n; i++) {
		assert(strlen(peers.items[i].key) == 64);
		assert(valid_url(peers.items[i].url));
		assert(conf_peer_find(&peers, peers.items[i].name) ==
		       &peers.items[i]);
	}
	conf_peers_release(&peers);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = len > 0 ? (const char *)data : "";

	try_conf(text, len);
	try_peers(text, len);
	return 0;
}
