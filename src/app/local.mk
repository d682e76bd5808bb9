# The program itself: every room linked together.
gspd_SOURCES = \
	src/app/app.h src/app/copy.h src/app/serve.h \
	src/app/args.c \
	src/app/board.c src/app/board.h \
	src/app/cmd_alliance.c \
	src/app/cmd_alliance_show.c \
	src/app/cmd_alliance_sign.c \
	src/app/cmd_backup.c \
	src/app/cmd_check.c \
	src/app/cmd_config.c \
	src/app/cmd_edit.c \
	src/app/cmd_evidence.c \
	src/app/cmd_import.c \
	src/app/cmd_init.c \
	src/app/cmd_key.c \
	src/app/cmd_peer.c \
	src/app/cmd_publish.c \
	src/app/cmd_pull.c \
	src/app/cmd_rebuild.c \
	src/app/cmd_report.c \
	src/app/cmd_rotate.c \
	src/app/cmd_search.c \
	src/app/cmd_serve.c \
	src/app/cmd_show.c \
	src/app/cmd_status.c \
	src/app/cmd_verify.c \
	src/app/commands.c \
	src/app/context.c \
	src/app/copy.c \
	src/app/help.c \
	src/app/jobs.c \
	src/app/main.c \
	src/app/output.c \
	src/app/peers_out.c \
	src/app/search_out.c \
	src/app/seen.c \
	src/app/serve_list.c src/app/serve_pull.c \
	src/app/serve_socket.c
gspd_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
