/*
 * commands: the list that drives parsing and help. A new command is a file
 * cmd_NAME.c and a line here (and a section of gspd(8), which a test wants).
 */
#include "config.h"

#include "app/app.h"

#define COMMANDS(X)                                                            \
	X(init)                                                                \
	X(check)                                                               \
	X(serve)                                                               \
	X(import)                                                              \
	X(add)                                                                 \
	X(edit)                                                                \
	X(retire)                                                              \
	X(show)                                                                \
	X(report_list)                                                         \
	X(report_show)                                                         \
	X(report_close)                                                        \
	X(publish)                                                             \
	X(pull)                                                                \
	X(peer_add)                                                            \
	X(peer_list)                                                           \
	X(peer_show)                                                           \
	X(peer_remove)                                                         \
	X(peer_pause)                                                          \
	X(peer_resume)                                                         \
	X(peer_release)                                                        \
	X(peer_evidence)                                                       \
	X(alliance_new)                                                        \
	X(alliance_new_key)                                                    \
	X(alliance_add)                                                        \
	X(alliance_remove)                                                     \
	X(alliance_renew)                                                      \
	X(alliance_sign)                                                       \
	X(alliance_show)                                                       \
	X(verify)                                                              \
	X(search)                                                              \
	X(key_new)                                                             \
	X(key_rotate)                                                          \
	X(key_show)                                                            \
	X(status)                                                              \
	X(rebuild)                                                             \
	X(backup)                                                              \
	X(restore)                                                             \
	X(export)                                                              \
	X(config)

#define DECLARE(name) extern const struct command cmd_##name;
COMMANDS(DECLARE)

#define ENTRY(name) &cmd_##name,
const struct command *const commands[] = { COMMANDS(ENTRY) NULL };
