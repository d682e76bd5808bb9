/*
 * explain: the option tables for people: a new gspd.conf, `gspd config
 * --explain`, and the lists of gspd.conf(5) and peers.conf(5) as mdoc
 * (design: style.md, "Configuration").
 */
#include <string.h>

#include "conf/conf.h"
#include "conf/option.h"

int
conf_option(const struct conf *conf, size_t i, const char **ret_section,
    const char **ret_key, struct strbuf *ret_value)
{
	if (i >= N_NODE_OPTIONS)
		return -1;
	*ret_section = node_options[i].section;
	*ret_key = node_options[i].key;
	option_get(&node_options[i], conf, ret_value);
	return 0;
}

static const char *
default_text(const struct option *option)
{
	if (option->def == NULL)
		return "must be given";
	return option->def[0] == '\0' ? "empty" : option->def;
}

void
conf_write(const struct conf *conf, struct strbuf *ret_out)
{
	const char *section = "";
	struct strbuf value;

	strbuf_init(&value, CONF_LINE_MAX);
	strbuf_addstr(ret_out,
	    "# gspd.conf: see gspd.conf(5), or gspd config --explain.\n"
	    "# A line with # in front shows the default.\n");
	for (size_t i = 0; i < N_NODE_OPTIONS; i++) {
		const struct option *option = &node_options[i];
		int is_default;

		if (strcmp(option->section, section) != 0)
			strbuf_addf(ret_out, "\n[%s]\n", option->section);
		section = option->section;
		strbuf_reset(&value);
		option_get(option, conf, &value);
		is_default = option->def != NULL &&
			     strcmp(option->def, value.buf) == 0;
		strbuf_addf(ret_out, "# %s\n%s%s = %s\n", option->text,
		    is_default ? "#" : "", option->key, value.buf);
	}
	strbuf_release(&value);
}

static void
explain(const struct option *options, size_t n, const char *file,
    struct strbuf *ret_out)
{
	const char *section = "";

	for (size_t i = 0; i < n; i++) {
		const struct option *option = &options[i];

		if (strcmp(option->section, section) != 0)
			strbuf_addf(ret_out, "%s%s [%s%s]\n",
			    i == 0 && ret_out->len == 0 ? "" : "\n", file,
			    option->section,
			    strcmp(option->section, "peer") == 0 ? " NAME"
								 : "");
		section = option->section;
		strbuf_addf(ret_out, "  %s = %s\n      %s\n      default: %s\n",
		    option->key, option_type_text(option->type), option->text,
		    default_text(option));
	}
}

void
conf_explain(struct strbuf *ret_out)
{
	explain(node_options, N_NODE_OPTIONS, "gspd.conf", ret_out);
	explain(peer_options, N_PEER_OPTIONS, "peers.conf", ret_out);
	explain(alliance_options, N_ALLIANCE_OPTIONS, "peers.conf", ret_out);
}

/* Text of a man page: a dot or quote in front would be a request. */
static void
add_roff(struct strbuf *sb, const char *text)
{
	if (*text == '.' || *text == '\'')
		strbuf_addstr(sb, "\\&");
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			strbuf_addstr(sb, "\\e");
		else
			strbuf_addch(sb, *text);
		/* mandoc wants a new line after each sentence. */
		if (*text == '.' && text[1] == ' ') {
			strbuf_addch(sb, '\n');
			text++;
		}
	}
	strbuf_addch(sb, '\n');
}

static void
explain_mdoc(const struct option *options, size_t n, const char *only,
    struct strbuf *ret_out)
{
	const char *section = "";

	for (size_t i = 0; i < n; i++) {
		const struct option *option = &options[i];

		if (only == NULL && strcmp(option->section, section) != 0) {
			if (i > 0)
				strbuf_addstr(ret_out, ".El\n");
			strbuf_addf(ret_out,
			    ".Ss Section %s\n.Bl -tag -width Ds\n",
			    option->section);
		}
		section = option->section;
		strbuf_addf(ret_out, ".It Ic %s No = Ar %s\n", option->key,
		    option_type_text(option->type));
		add_roff(ret_out, option->text);
		if (option->def == NULL)
			strbuf_addstr(ret_out, "It must be given.\n");
		else if (option->def[0] != '\0')
			strbuf_addf(ret_out, "The default is\n.Ql %s .\n",
			    option->def);
	}
	if (only == NULL)
		strbuf_addstr(ret_out, ".El\n");
}

void
conf_explain_mdoc(struct strbuf *ret_out)
{
	explain_mdoc(node_options, N_NODE_OPTIONS, NULL, ret_out);
}

void
conf_peers_explain_mdoc(struct strbuf *ret_out)
{
	strbuf_addstr(ret_out, ".Ss Section peer NAME\n.Bl -tag -width Ds\n");
	explain_mdoc(peer_options, N_PEER_OPTIONS, "peer", ret_out);
	strbuf_addstr(ret_out, ".El\n.Ss Section alliance\n"
			       ".Bl -tag -width Ds\n");
	explain_mdoc(alliance_options, N_ALLIANCE_OPTIONS, "alliance", ret_out);
	strbuf_addstr(ret_out, ".El\n");
}
