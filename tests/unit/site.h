/*
 * A small site for tests: a folder with catalogue, ledger and feed made
 * through the doors, and the web process on it in a thread.
 */
#ifndef TESTS_SITE_H
#define TESTS_SITE_H

#include "base/base.h"

#define SITE_NOW INT64_C(1795255200) /* 2026-11-21T10:00:00Z */

#define SITE_DUE INT64_C(840) /* seconds to the next pull of each */

/* Long enough to be worth packing. */
#define SITE_FILL "<!-- 0123456789 0123456789 0123456789 0123456789 -->"
#define SITE_MUCH SITE_FILL SITE_FILL SITE_FILL SITE_FILL SITE_FILL SITE_FILL
#define SITE_HEAD "<head>" SITE_MUCH SITE_MUCH SITE_MUCH SITE_MUCH "</head>\n"

#define SITE_EVIL      "\"><script>alert(1)</script><img src=x onerror='a'>&"
#define SITE_PROGRAMME "urn:gspd:ca:11111111-1111-4111-8111-111111111111"
#define SITE_EVIDENCE  "urn:gspd:ca:22222222-2222-4222-8222-222222222222"
#define SITE_SAME      "urn:gspd:sg:33333333-3333-4333-8333-333333333333"
#define SITE_ORG       "urn:gspd:sg:44444444-4444-4444-8444-444444444444"
#define SITE_RESOURCE  "urn:gspd:sg:66666666-6666-4666-8666-666666666666"
#define SITE_RETIRED   "urn:gspd:ca:55555555-5555-4555-8555-555555555555"

struct site {
	char folder[64];
	int port;
};

/* With or without a catalogue. */
void site_start(struct site *site, bool with_catalogue);
/* Make the catalogue, also while the site runs. */
void site_fill(struct site *site);
/* SIGTERM, and wait for the end; removes the folder. */
void site_stop(struct site *site);

#endif
