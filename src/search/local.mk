noinst_LIBRARIES += src/search/libsearch.a
src_search_libsearch_a_SOURCES = \
	src/search/alive.c \
	src/search/arabic.c \
	src/search/build.c \
	src/search/build.h \
	src/search/bytes.h \
	src/search/compact.c \
	src/search/compact.h \
	src/search/compact_priv.h \
	src/search/compact_queue.c \
	src/search/compact_words.c \
	src/search/complete.c \
	src/search/dict.c \
	src/search/document.c \
	src/search/document.h \
	src/search/edit.c \
	src/search/edit.h \
	src/search/english.c \
	src/search/eval.c \
	src/search/eval.h \
	src/search/explain.c \
	src/search/facts.c \
	src/search/facet.c \
	src/search/filter.c \
	src/search/filter.h \
	src/search/filter_build.c \
	src/search/filter_column.c \
	src/search/filter_column.h \
	src/search/filter_lanes.c \
	src/search/format.h \
	src/search/fuzzy.c \
	src/search/fuzzy.h \
	src/search/hits.c \
	src/search/hits.h \
	src/search/invert.c \
	src/search/invert.h \
	src/search/join_plan.c \
	src/search/label.c src/search/leaf.c \
	src/search/leaf.h \
	src/search/letter.c \
	src/search/letter.h \
	src/search/manifest.c \
	src/search/manifest.h \
	src/search/match.c \
	src/search/matrix.c \
	src/search/matrix.h \
	src/search/matrix_bits.c \
	src/search/meant.c \
	src/search/numbers.c \
	src/search/numbers.h \
	src/search/pack.c \
	src/search/pack.h \
	src/search/partial.c \
	src/search/phrase.c \
	src/search/place.c \
	src/search/place.h \
	src/search/place_build.c \
	src/search/plan.c \
	src/search/plan.h \
	src/search/plural.c \
	src/search/post.c \
	src/search/quality.c \
	src/search/query.c \
	src/search/query.h \
	src/search/restore.c \
	src/search/result.c \
	src/search/run.c \
	src/search/run.h \
	src/search/score.c \
	src/search/score.h \
	src/search/search.c \
	src/search/search.h \
	src/search/segment.c \
	src/search/segment.h \
	src/search/segment_fault.c \
	src/search/segout.c \
	src/search/segout.h \
	src/search/segwrite.c \
	src/search/segwrite.h \
	src/search/snapshot.c \
	src/search/snapshot.h \
	src/search/snippet.c \
	src/search/snippet.h \
	src/search/spots.c \
	src/search/start.c \
	src/search/stem.c \
	src/search/stem.h \
	src/search/stem_priv.h \
	src/search/tally.c \
	src/search/term.c \
	src/search/token.c \
	src/search/token.h \
	src/search/welsh.c \
	src/search/where.c \
	src/search/window.c \
	src/search/writer.c \
	src/search/writer.h \
	src/search/writer_begin.c \
	src/search/writer_files.c \
	src/search/writer_join.c \
	src/search/writer_priv.h
EXTRA_DIST += docs/search.md docs/search-index.md
UNIT_TESTS += tests/unit/test_token
tests_unit_test_token_SOURCES = tests/unit/test_token.c
tests_unit_test_token_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search
tests_unit_test_search_SOURCES = tests/unit/test_search.c \
	tests/unit/search_world.c tests/unit/search_world.h
tests_unit_test_search_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_many
tests_unit_test_search_many_SOURCES = tests/unit/test_search_many.c \
	tests/unit/search_world.c tests/unit/search_world.h
tests_unit_test_search_many_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_stem
tests_unit_test_stem_SOURCES = tests/unit/test_stem.c
tests_unit_test_stem_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_post
tests_unit_test_post_SOURCES = tests/unit/test_post.c \
	tests/unit/segment_world.c tests/unit/segment_world.h
tests_unit_test_post_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_manifest
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_manifest_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_fuzzy
tests_unit_test_fuzzy_SOURCES = tests/unit/test_fuzzy.c
tests_unit_test_fuzzy_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_filter
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_tally
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c
tests_unit_test_tally_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_place
tests_unit_test_place_SOURCES = tests/unit/test_place.c
tests_unit_test_place_LDADD = $(UNIT_LDADD)
# The slow reference that the engine is held against, and FTS5 beside it.
SEARCH_REFERENCE = tests/unit/search_corpus.c tests/unit/search_corpus.h \
	tests/unit/search_draw.c tests/unit/search_layout.c \
	tests/unit/search_reference.c tests/unit/search_reference.h
UNIT_TESTS += tests/unit/test_search_oracle
tests_unit_test_search_oracle_SOURCES = tests/unit/test_search_oracle.c \
	$(SEARCH_REFERENCE)
tests_unit_test_search_oracle_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_pack
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c
tests_unit_test_pack_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_segwrite
tests_unit_test_segwrite_SOURCES = tests/unit/test_segwrite.c \
	tests/unit/seg_decode.c tests/unit/seg_decode.h
tests_unit_test_segwrite_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_build
tests_unit_test_build_SOURCES = tests/unit/test_build.c \
	tests/unit/build_scene.c tests/unit/build_scene.h \
	tests/unit/seg_decode.c tests/unit/seg_decode.h
tests_unit_test_build_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_build_random
tests_unit_test_build_random_SOURCES = tests/unit/test_build_random.c \
	tests/unit/build_scene.c tests/unit/build_scene.h \
	tests/unit/seg_decode.c tests/unit/seg_decode.h
tests_unit_test_build_random_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_segment
tests_unit_test_segment_SOURCES = tests/unit/test_segment.c \
	tests/fuzz/segment_walk.h \
	tests/unit/segment_world.c tests/unit/segment_world.h
tests_unit_test_segment_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_document
tests_unit_test_document_SOURCES = tests/unit/test_document.c
tests_unit_test_document_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_compact
tests_unit_test_compact_SOURCES = tests/unit/test_compact.c \
	tests/fuzz/segment_walk.h \
	tests/unit/segment_world.c tests/unit/segment_world.h
tests_unit_test_compact_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_snippet
tests_unit_test_snippet_SOURCES = tests/unit/test_snippet.c
tests_unit_test_snippet_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c \
	tests/unit/index_world.c tests/unit/index_world.h
tests_unit_test_writer_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_writer_kill
tests_unit_test_writer_kill_SOURCES = tests/unit/test_writer_kill.c \
	tests/unit/index_world.c tests/unit/index_world.h
tests_unit_test_writer_kill_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_snapshot
tests_unit_test_snapshot_SOURCES = tests/unit/test_snapshot.c \
	tests/unit/index_world.c tests/unit/index_world.h
tests_unit_test_snapshot_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_words
tests_unit_test_words_SOURCES = tests/unit/test_words.c
tests_unit_test_words_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_find
tests_unit_test_search_find_SOURCES = tests/unit/test_search_find.c \
	tests/unit/search_world.c tests/unit/search_world.h
tests_unit_test_search_find_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_reference
tests_unit_test_search_reference_SOURCES = \
	tests/unit/test_search_reference.c \
	tests/unit/search_proof.c tests/unit/search_proof.h \
	$(SEARCH_REFERENCE)
tests_unit_test_search_reference_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_laws
tests_unit_test_search_laws_SOURCES = tests/unit/test_search_laws.c \
	tests/unit/search_proof.c tests/unit/search_proof.h \
	$(SEARCH_REFERENCE)
tests_unit_test_search_laws_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_lies
tests_unit_test_search_lies_SOURCES = tests/unit/test_search_lies.c \
	tests/unit/search_proof.c tests/unit/search_proof.h \
	$(SEARCH_REFERENCE)
tests_unit_test_search_lies_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_matrix
tests_unit_test_search_matrix_SOURCES = tests/unit/test_search_matrix.c \
	tests/unit/search_proof.c tests/unit/search_proof.h \
	$(SEARCH_REFERENCE)
tests_unit_test_search_matrix_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_hits
tests_unit_test_hits_SOURCES = tests/unit/test_hits.c
tests_unit_test_hits_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_pages
tests_unit_test_search_pages_SOURCES = tests/unit/test_search_pages.c \
	tests/unit/search_proof.c tests/unit/search_proof.h \
	$(SEARCH_REFERENCE)
tests_unit_test_search_pages_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_where
tests_unit_test_search_where_SOURCES = tests/unit/test_search_where.c \
	tests/unit/search_world.c tests/unit/search_world.h
tests_unit_test_search_where_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_search_nearest
tests_unit_test_search_nearest_SOURCES = tests/unit/test_search_nearest.c \
	tests/unit/search_world.c tests/unit/search_world.h
tests_unit_test_search_nearest_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_window
tests_unit_test_window_SOURCES = tests/unit/test_window.c
tests_unit_test_window_LDADD = $(UNIT_LDADD)
