// xapian: Xapian 1.4, as its documentation makes it fast.
//
// Build: parts of 10,000 records, each written by one flush (DB_DANGEROUS,
// DB_NO_SYNC), joined by compact(); growing one database is slower. The title is indexed with a within-document
// frequency of 10 a word and the summary with 4, between fields a gap in the
// positions, pairs of characters for scripts without spaces. Ranked by
// BM25Weight. Filters are boolean terms under OP_FILTER. Facets: one spy of
// our own that reads one value of seven bytes and counts all seven at once;
// seven ValueCountMatchSpy, the stock way, take several times as long.
#include "peer.h"

#include <xapian.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

extern "C" const char *const peer_name = "xapian";

struct peer {
	Xapian::Database db;
};

namespace {

const unsigned PART = 10000;

class Counter : public Xapian::MatchSpy {
public:
	explicit Counter(struct peer_answer *to) : answer(to) {}
	void operator()(const Xapian::Document &doc, double) override
	{
		const std::string codes = doc.get_value(0);
		for (unsigned i = 0; i < PEER_FACETS && i < codes.size(); i++)
			answer->counts[i][static_cast<unsigned char>(codes[i])]++;
	}

private:
	struct peer_answer *answer;
};

std::string
filter_term(unsigned facet, unsigned code)
{
	return "XF" + std::to_string(facet) + ":" + std::to_string(code);
}

Xapian::Query
words_of(const struct peer_query *q)
{
	std::vector<std::string> words;
	for (unsigned i = 0; i < q->n_words; i++)
		words.emplace_back(q->words[i]);
	switch (q->kind) {
	case PEER_ALL:
		return Xapian::Query(Xapian::Query::OP_AND, words.begin(),
		    words.end());
	case PEER_ANY:
		return Xapian::Query(Xapian::Query::OP_OR, words.begin(),
		    words.end());
	case PEER_PHRASE:
		return Xapian::Query(Xapian::Query::OP_PHRASE, words.begin(),
		    words.end(), words.size());
	case PEER_PREFIX:
		return Xapian::Query(Xapian::Query::OP_WILDCARD, words[0]);
	case PEER_NONE: break;
	}
	return Xapian::Query();
}

Xapian::Document
document_of(const struct peer_record &r, Xapian::TermGenerator &generator)
{
	Xapian::Document doc;
	generator.set_document(doc);
	generator.set_termpos(0);
	for (unsigned i = 0; i < PEER_FIELDS; i++) {
		generator.index_text(Xapian::Utf8Iterator(r.text[i], r.len[i]),
		    static_cast<Xapian::termcount>(peer_weights[i]));
		generator.increase_termpos();
	}
	doc.add_value(0,
	    std::string(reinterpret_cast<const char *>(r.codes), PEER_FACETS));
	for (unsigned i = 0; i < PEER_FACETS; i++)
		doc.add_boolean_term(filter_term(i, r.codes[i]));
	return doc;
}

// Documents count from 1 and so do records, in parts and when joined.
void
build(const char *index)
{
	setenv("XAPIAN_FLUSH_THRESHOLD", "1000000", 1);
	std::vector<std::string> parts;
	struct peer_record r;
	Xapian::WritableDatabase db;
	Xapian::TermGenerator generator;
	generator.set_flags(Xapian::TermGenerator::FLAG_CJK_NGRAM);
	while (peer_next(&r)) {
		if (r.id % PART == 1) {
			db.close();
			parts.push_back(std::string(index) + ".part" +
					std::to_string(parts.size()));
			db = Xapian::WritableDatabase(parts.back(),
			    Xapian::DB_CREATE_OR_OVERWRITE |
				Xapian::DB_DANGEROUS | Xapian::DB_NO_SYNC |
				Xapian::DB_BACKEND_GLASS);
		}
		db.add_document(document_of(r, generator));
	}
	db.close();
	Xapian::Database all;
	for (const std::string &part : parts)
		all.add_database(Xapian::Database(part));
	all.compact(index);
	all.close();
	for (const std::string &part : parts)
		std::filesystem::remove_all(part);
}

void
ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	Xapian::Query query = words_of(q);
	std::vector<Xapian::Query> filters;
	for (unsigned i = 0; i < q->n_filters; i++)
		filters.emplace_back(filter_term(q->filters[i].facet,
		    q->filters[i].code));
	if (!filters.empty()) {
		Xapian::Query all(Xapian::Query::OP_AND, filters.begin(),
		    filters.end());
		query = q->kind == PEER_NONE
			    ? Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, all,
				  0.0)
			    : Xapian::Query(Xapian::Query::OP_FILTER, query, all);
	}
	Xapian::Enquire enquire(p->db);
	enquire.set_query(query);
	if (q->kind == PEER_NONE)
		enquire.set_weighting_scheme(Xapian::BoolWeight());
	Counter counter(a);
	enquire.add_matchspy(&counter);
	Xapian::MSet found = enquire.get_mset(0, PEER_TOP,
	    p->db.get_doccount());
	a->total = found.get_matches_estimated();
	for (Xapian::MSetIterator i = found.begin(); i != found.end(); ++i)
		a->top[a->n_top++] = *i;
}

} // namespace

// What Xapian throws ends the program with a word.
template <typename F> static void
guarded(F function)
{
	try {
		function();
	} catch (const Xapian::Error &e) {
		peer_fail("%s", e.get_description().c_str());
	} catch (const std::exception &e) {
		peer_fail("%s", e.what());
	}
}

void
peer_build(const char *index)
{
	guarded([&] { build(index); });
}

void
peer_start(const char *)
{
}

void
peer_stop(void)
{
}

struct peer *
peer_open(const char *index)
{
	struct peer *p = nullptr;
	guarded([&] { p = new peer{ Xapian::Database(index) }; });
	return p;
}

void
peer_close(struct peer *p)
{
	delete p;
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	guarded([&] { ask(p, q, a); });
}
