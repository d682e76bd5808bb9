# Manual pages; the lists of options are checked by tests/unit/test_conf.c.
dist_man_MANS += man/gspd.8 man/gspd.conf.5 man/peers.conf.5
EXTRA_DIST += packaging/gspd.service packaging/nginx.conf packaging/Caddyfile
