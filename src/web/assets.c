/*
 * assets: the embedded files: style sheet and icon. The style sheet's name
 * holds its hash, so that browsers may keep it for ever.
 */
#include <pthread.h>
#include <stdio.h>

#include "web/assets.h"
#include "web/page.h"

static char style_path[16 + HTTP_ETAG_LEN];
static pthread_once_t style_once = PTHREAD_ONCE_INIT;

static void
make_style_path(void)
{
	char etag[HTTP_ETAG_LEN];

	http_etag(web_style, web_style_len, etag);
	(void)snprintf(style_path, sizeof(style_path), "/style.%.16s.css",
	    etag);
}

const char *
asset_style_path(void)
{
	pthread_once(&style_once, make_style_path);
	return style_path;
}
