"""What bench/results knows of the other pages: records that bench/generate
does not make (evidence, an organisation that runs much), and addresses."""
import base64
import json
import urllib.parse
import uuid

ZONES = ["arts", "nature", "knowledge", "exercise", "wisdom"]
NEEDS = ["loneliness", "mental-health", "wellbeing", "pain", "dementia"]
OUTCOMES = ["wellbeing", "loneliness", "depression", "anxiety",
            "physical-activity", "quality-of-life"]
DESIGNS = ["systematic-review", "rct", "cohort", "qualitative",
           "cross-sectional"]
COUNTRIES = ["GB", "CA", "PT", "SG", "IE", "NL"]
STUDIES = 2000     # at 100,000 records
PROGRAMMES = 1000  # of one organisation
EVALUATIONS = 40   # of one programme
LIST = 40
SEED = uuid.UUID("5b1b3c1e-54a5-4c39-8f0b-7d8f6d3c2f10")


def number_of(kind, i):
    return uuid.uuid5(SEED, "%s %d" % (kind, i))


def address_of(kind, i):
    return "urn:gspd:us:%s" % number_of(kind, i)


def organisation():
    return {"kind": "organisation", "id": address_of("organisation", 0),
            "lang": "en", "name": "Bench Works",
            "description": "It runs more than fits on a page.",
            "country": ["GB"], "organisation_type": "charity"}


def programme(i, studies):
    rec = {"kind": "programme", "id": address_of("programme", i),
           "lang": "en", "name": "Bench programme %d" % i,
           "summary": "Made for the pages of organisations.",
           "status": "active", "zone": [ZONES[i % 5]],
           "need": [NEEDS[i % 3]],
           "site": [{"name": "Hall", "lat": "%.4f" % (51 + i % 97 / 50),
                     "lon": "%.4f" % (-2 + i % 89 / 50)}],
           "area": [{"country": COUNTRIES[i % 6]}],
           "organisation": [{"id": address_of("organisation", 0),
                             "name": "Bench Works", "role": "provider"}]}
    if i == 0:
        rec["relation"] = [{"type": "evaluated-by",
                            "id": address_of("evidence", k)}
                           for k in range(min(EVALUATIONS, studies))]
    return rec


def evidence(i):
    effects = [{"outcome": OUTCOMES[(i + k) % 6], "measure": "smd",
                "estimate": "%.2f" % (0.1 * k - 0.2), "ci_level": "95",
                "ci_low": "%.2f" % (0.1 * k - 0.5),
                "ci_high": "%.2f" % (0.1 * k + 0.1),
                "better_if": "higher", "analysis": "controlled",
                "comparator": "control"} for k in range(i % 8)]
    return {"kind": "evidence", "id": address_of("evidence", i),
            "lang": "en", "title": "Bench study %d of %s" % (
                i, OUTCOMES[i % 6].replace("-", " ")),
            "zone": [ZONES[i % 5]], "need": [NEEDS[i // 3 % 5]],
            "author": [{"family": "Bench", "given": "B"}],
            "year": str(1990 + i % 35), "type": "article",
            "design": DESIGNS[i // 7 % 5],
            "plain_summary": "What was found is made up.",
            "identifier": [{"scheme": "doi",
                            "value": "10.5555/bench.%d" % i}],
            "outcome": [{"term": OUTCOMES[(i + k) % 6]}
                        for k in range(1 + i % 3)],
            "effect": effects}


def records(n):
    """As many as go with a corpus of n, one JSON text each."""
    studies = max(8, STUDIES * n // 100000)
    programmes = max(8, PROGRAMMES * n // 100000)
    out = [organisation()]
    out += [evidence(i) for i in range(studies)]
    out += [programme(i, studies) for i in range(programmes)]
    return [json.dumps(dict(rec, licence="CC0-1.0",
                            source=[{"publisher": "Bench"}]))
            for rec in out]


def keep(n):
    """A reader's list of n programmes, as in an address."""
    codes = [base64.urlsafe_b64encode(number_of("programme", i).bytes)
             for i in range(n)]
    return ",".join("us." + c.decode().rstrip("=") for c in codes)


def addresses(words, ids):
    """Pages by class; words: common ones; ids: records of the corpus."""
    def asked(path, **params):
        return path + "?" + urllib.parse.urlencode(params)

    def record(kind, i, end=""):
        return "/record/" + address_of(kind, i) + end
    return {
        "home": ["/"],
        "browse": ["/browse"],
        "map of the world": ["/map", asked("/map", lang="ar")],
        "map of a country": [asked("/map", area=c) for c in COUNTRIES],
        "map, nearer": [asked("/map", zoom=z)
                        for z in ("51.5,-0.12,200", "43.7,-79.4,90",
                                  "1.35,103.8,40")],
        "map of a search": [asked("/map", q=w) for w in words] +
                           [asked("/map", country="gb", zone="arts")],
        "evidence map": ["/evidence-map",
                         asked("/evidence-map", zone="arts"),
                         asked("/evidence-map", need="loneliness")],
        "programme": ["/record/" + i for i in ids],
        "programme with evidence": [record("programme", i) for i in
                                    range(5)],
        "evidence": [record("evidence", i) for i in range(8)],
        "organisation, %d programmes" % PROGRAMMES: [
            record("organisation", 0)],
        "my list of %d" % LIST: [asked("/list", keep=keep(LIST))],
        "compare": ["/compare?" + "&".join(
            "c=" + k for k in keep(4).split(","))],
        "Atom": [asked("/search.atom", q=w) for w in words],
        "sitemap": ["/sitemap.xml", "/sitemap.0.xml"],
        "peers": ["/peers", "/peers/us"],
        "about and the like": ["/about", "/privacy", "/developers",
                               "/opensearch.xml"],
    }


# Whole results and long parts: a file, not a page.
FILES = ["/search.ris", "/search.bib", "/search.csv", "/search.ndjson",
         "/sitemap.1.xml"]
