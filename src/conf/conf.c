/*
 * conf: gspd.conf from bytes to a struct conf. Neighbours: option.c holds
 * the table, line.c cuts the lines, peers.c does the same for peers.conf
 * (design: style.md, "Configuration").
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/option.h"

#define MAX_NAMES 32

static const struct option *
option_find(const char *section, const char *key)
{
	for (size_t i = 0; i < N_NODE_OPTIONS; i++)
		if (strcmp(node_options[i].section, section) == 0 &&
		    strcmp(node_options[i].key, key) == 0)
			return &node_options[i];
	return NULL;
}

static int
unknown_key(const struct lines *lines, const char *section,
    const struct line *line, struct err *err)
{
	const char *names[MAX_NAMES], *near, *home = NULL;
	const char *key = quoted(lines->arena, line->name);
	size_t n = 0;

	for (size_t i = 0; i < N_NODE_OPTIONS; i++) {
		if (strcmp(node_options[i].section, section) == 0 &&
		    n < MAX_NAMES)
			names[n++] = node_options[i].key;
		if (strcmp(node_options[i].key, line->name) == 0)
			home = node_options[i].section;
	}
	near = nearest_name(line->name, names, n);
	if (near != NULL)
		return err_set(err, ERR_CONF,
		    "%s:%d: unknown key %s in [%s]: did you mean '%s'?",
		    lines->file, line->number, key, section, near);
	if (home != NULL)
		return err_set(err, ERR_CONF,
		    "%s:%d: key %s belongs in [%s], not in [%s]", lines->file,
		    line->number, key, home, section);
	return err_set(err, ERR_CONF,
	    "%s:%d: unknown key %s in [%s]: gspd config --explain lists all",
	    lines->file, line->number, key, section);
}

/* The table's own text of a section's name, or NULL with the error. */
static const char *
section_find(const struct lines *lines, const struct line *line,
    struct err *err)
{
	const char *names[MAX_NAMES], *near;
	size_t n = 0;

	for (size_t i = 0; i < N_NODE_OPTIONS; i++) {
		if (strcmp(node_options[i].section, line->name) == 0)
			return node_options[i].section;
		if (n < MAX_NAMES)
			names[n++] = node_options[i].section;
	}
	near = nearest_name(line->name, names, n);
	err_set(err, ERR_CONF, "%s:%d: unknown section %s%s%s%s", lines->file,
	    line->number, quoted(lines->arena, line->name),
	    near == NULL ? "" : ": did you mean [", near == NULL ? "" : near,
	    near == NULL ? "" : "]?");
	return NULL;
}

static int
take_pair(const struct lines *lines, const char *section,
    const struct line *line, struct conf *conf, int *seen, struct err *err)
{
	const struct option *option;
	size_t at;

	if (section == NULL)
		return err_set(err, ERR_CONF,
		    "%s:%d: key before any [section]: put it below [node]",
		    lines->file, line->number);
	option = option_find(section, line->name);
	if (option == NULL)
		return unknown_key(lines, section, line, err);
	at = (size_t)(option - node_options);
	if (seen[at] != 0)
		return err_set(err, ERR_CONF,
		    "%s:%d: %s is given twice, first in line %d: keep one",
		    lines->file, line->number, option->key, seen[at]);
	seen[at] = line->number;
	if (option_set(option, conf, line->value, err) == -1)
		return err_prefix(err, "%s:%d", lines->file, line->number);
	return 0;
}

/* What no single key can say. */
static int
check_whole(const char *name, const struct conf *conf, const int *seen,
    struct err *err)
{
	for (size_t i = 0; i < N_NODE_OPTIONS; i++)
		if (node_options[i].def == NULL && seen[i] == 0)
			return err_set(err, ERR_CONF,
			    "%s: [%s] %s is missing: add a line '%s = ...'",
			    name, node_options[i].section, node_options[i].key,
			    node_options[i].key);
	if ((conf->tls_certificate[0] == '\0') != (conf->tls_key[0] == '\0'))
		return err_set(err, ERR_CONF,
		    "%s: [web] tls_certificate and tls_key go together: "
		    "give both or none",
		    name);
	if (conf->next_s > conf->expires_s)
		return err_set(err, ERR_CONF,
		    "%s: [feed] next must not be later than expires", name);
	if (conf->resign_s > conf->next_s)
		return err_set(err, ERR_CONF,
		    "%s: [feed] resign must not be later than next", name);
	return 0;
}

int
conf_parse(const char *name, const char *data, size_t len,
    struct conf *ret_conf, struct err *err)
{
	struct lines lines = { .file = name, .data = data, .len = len };
	struct conf conf = { 0 };
	struct line line;
	const char *section = NULL;
	int seen[N_NODE_OPTIONS] = { 0 };
	const char *sections[MAX_NAMES];
	size_t n_sections = 0;
	int more = -1, ret = -1;

	option_defaults(node_options, N_NODE_OPTIONS, &conf);
	lines.arena = arena_new();
	if (lines_check(name, data, len, err) == -1)
		goto out;
	while ((more = line_next(&lines, &line, err)) == 1) {
		if (line.kind == LINE_PAIR &&
		    take_pair(&lines, section, &line, &conf, seen, err) == -1)
			goto out;
		if (line.kind != LINE_SECTION)
			continue;
		section = section_find(&lines, &line, err);
		if (section == NULL)
			goto out;
		for (size_t i = 0; i < n_sections; i++)
			if (sections[i] == section) {
				err_set(err, ERR_CONF,
				    "%s:%d: [%s] is given twice: join them",
				    name, line.number, section);
				goto out;
			}
		sections[n_sections++] = section;
	}
	if (more == -1 || check_whole(name, &conf, seen, err) == -1)
		goto out;
	*ret_conf = conf;
	memset(&conf, 0, sizeof(conf));
	ret = 0;
out:
	conf_release(&conf);
	arena_free(lines.arena);
	return ret;
}

/* Paths in the file count from the data folder. */
static void
make_absolute(const char *folder, char **path)
{
	struct strbuf sb;

	if (**path == '\0' || **path == '/')
		return;
	strbuf_init(&sb, CONF_LINE_MAX * 2);
	strbuf_addf(&sb, "%s/%s", folder, *path);
	free(*path);
	*path = strbuf_detach(&sb, NULL);
}

int
conf_read(const char *folder, struct conf *ret_conf, struct err *err)
{
	struct strbuf path, text;
	int ret = -1;

	strbuf_init(&path, CONF_LINE_MAX);
	strbuf_init(&text, 0);
	strbuf_addf(&path, "%s/gspd.conf", folder);
	if (file_read(path.buf, CONF_FILE_MAX, &text, err) == -1)
		goto out;
	if (conf_parse(path.buf, text.buf, text.len, ret_conf, err) == -1)
		goto out;
	make_absolute(folder, &ret_conf->tls_certificate);
	make_absolute(folder, &ret_conf->tls_key);
	ret = 0;
out:
	strbuf_release(&text);
	strbuf_release(&path);
	return ret;
}

void
conf_release(struct conf *conf)
{
	option_release(node_options, N_NODE_OPTIONS, conf);
}
