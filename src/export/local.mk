noinst_LIBRARIES += src/export/libexport.a
src_export_libexport_a_SOURCES = \
	src/export/export.h \
	src/export/bibtex.c \
	src/export/evidence.c src/export/evidence.h \
	src/export/record_json.c \
	src/export/ris.c
