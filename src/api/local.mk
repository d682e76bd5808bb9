noinst_LIBRARIES += src/api/libapi.a
src_api_libapi_a_SOURCES = src/api/api.h src/api/inside.h \
	src/api/alliance.c src/api/api.c src/api/metrics.c src/api/peers.c \
	src/api/peers_json.c src/api/problem.c src/api/query.c \
	src/api/record.c src/api/search.c
