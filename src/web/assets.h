/*
 * Files compiled in by tools/embed.
 */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

extern const char web_style[];
extern const unsigned long web_style_len;
extern const char web_icon[];
extern const unsigned long web_icon_len;

#endif
