/*
 * help: what `gspd --help` and `gspd COMMAND --help` print, made from the
 * command table (design: ux.md).
 */
#include "config.h"

#include <string.h>

#include "app/app.h"

void
help_all(void)
{
	printf("gspd: a federated directory of social prescribing\n\n"
	       "usage: gspd [-d DIR] COMMAND [options]\n\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		printf("  %-17s %s\n", commands[i]->name, commands[i]->summary);
	printf("\noptions of every command:\n"
	       "  -d DIR         the data folder (or the variable GSPD_DIR)\n"
	       "  --json         facts as JSON, where a command prints any\n"
	       "  --help         what a command does, and its options\n"
	       "  --version      of the program\n\n"
	       "exit codes: 0 ok, 1 problem found, 2 usage, 69 unavailable,\n"
	       "74 disk, 75 try again, 78 configuration. See gspd(8).\n");
}

void
help_command(const struct command *command)
{
	printf("usage: gspd %s%s%s%s%s\n\n%s\n",
	    command->no_folder ? "" : "[-d DIR] ", command->name,
	    *command->words ? " " : "", command->words,
	    command->options->name || command->has_json ? " [options]" : "",
	    command->help);
	if (command->options->name != NULL)
		printf("\noptions:\n");
	for (const struct app_option *o = command->options; o->name; o++) {
		char left[48];

		(void)snprintf(left, sizeof(left), "%s%s%s", o->name,
		    o->arg ? " " : "", o->arg ? o->arg : "");
		printf("  %-22s %s\n", left, o->help);
	}
	if (command->has_json)
		printf("%s  %-22s %s\n",
		    command->options->name ? "" : "\noptions:\n", "--json",
		    "print facts as JSON");
}

size_t
help_group(FILE *to, const char *group)
{
	size_t n = 0, len = strlen(group);

	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strncmp(commands[i]->name, group, len) != 0 ||
		    commands[i]->name[len] != ' ')
			continue;
		n++;
		if (to != NULL)
			(void)fprintf(to, "  %-17s %s\n", commands[i]->name,
			    commands[i]->summary);
	}
	return n;
}
