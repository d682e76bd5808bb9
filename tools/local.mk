# Build-time tools: run on the building machine, never installed.
noinst_PROGRAMS += tools/embed
tools_embed_SOURCES = tools/embed.c

noinst_PROGRAMS += tools/fieldindex tools/vocab
tools_fieldindex_SOURCES = tools/fieldindex.c
tools_vocab_SOURCES = tools/vocab.c src/record/vocab_key.c
tools_vocab_LDADD = src/base/libbase.a $(UTF8PROC_LIBS) $(ZLIB_LIBS)
noinst_PROGRAMS += tools/rng
tools_rng_SOURCES = tools/rng.c
tools_rng_LDADD = src/record/librecord.a src/base/libbase.a \
	$(UTF8PROC_LIBS) $(ZLIB_LIBS)
noinst_PROGRAMS += tools/tmplc
tools_tmplc_SOURCES = tools/tmplc.c
noinst_PROGRAMS += tools/cssmin
tools_cssmin_SOURCES = tools/cssmin.c
