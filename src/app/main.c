/*
 * main: the one program. Parses the command line, runs the command, turns
 * an error into one line and an exit code (design: ux.md).
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "parse/parse.h"
#include "xml/xml.h"

int
main(int argc, char **argv)
{
	struct app app;
	struct err err = { 0 };
	int status = 0;

	/* Before anything of ours is opened, and with nothing to close. */
	if (argc == 2 && strcmp(argv[1], PARSE_ARGUMENT) == 0)
		_exit(parse_helper_main());
	/* A closed pipe or a file limit is an error to report, no reason to
	 * vanish. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	xml_init();
	app_init(&app);
	if (args_parse(&app, argc, argv, &err) == -1)
		status = -1;
	else if (app.command != NULL && app.help)
		help_command(app.command);
	else if (app.command != NULL)
		status = app.command->run(&app, &err);
	if (status == -1) {
		complain("%s%s%s", app.command ? app.command->name : "",
		    app.command ? ": " : "", err.text);
		status = exit_code(&err);
	}
	app_close(&app);
	xml_cleanup();
	return status;
}
