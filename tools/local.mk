# Build-time tools: run on the building machine, never installed.
noinst_PROGRAMS += tools/embed
tools_embed_SOURCES = tools/embed.c
