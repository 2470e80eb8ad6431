#!/usr/bin/env python3
"""Prints the tables of docs/results.md from the runs that closed-forms.sh left in OUT, and from OUT/shipped.txt if it is there.

    tables.py OUT

Means over the sets and languages that each column names; P17 are the paper's 17 languages.
"""
import os
import sys

from scores import figure, record

OUT = sys.argv[1]
NAMES = [("none", "bare backbone"), ("center", "centred"), ("whiten", "whitened"),
         ("shipped", "as shipped"), ("anchored", "whitened, held rotation"), ("procrustes", "whitened, rotated"),
         ("ridge", "whitened, ridge"), ("cca", "whitened, CCA")]
P17 = "ar cs de es fr it ko nl tr az kk ug uz pl am mr te".split()
OTHERS = "ru zh ky ha rw".split()


def figures(name, label):
    run = record(f"{OUT}/{name}.txt", f"{OUT}/evaluation")

    def of(*which, **where):
        return figure(run["scores"], *which, **where)

    def with_english(pair):
        return "en" in pair.split("-")

    out = {"label": label, "run": run["run"], "seconds": run["seconds"]}
    for view in ("MONOLINGUAL", "CROSS_LINGUAL"):
        for family in ("sts17", "stsb", "stsb-mt", "sick", "str24"):
            out[f"{family} {view}"] = of("MONOLINGUAL_SIMILARITY", family, view)
        out[f"sib200 {view}"] = of("MONOLINGUAL_ACCURACY", "sib200", view)
    for family in ("sts17", "stsb", "stsb-mt", "sick"):
        out[f"cross {family}"] = of("CROSS_LINGUAL_SIMILARITY", family)
    out["from en"] = of("TRANSFER_ACCURACY", "sib200", languages=lambda pair: pair.startswith("en-"))
    for family in ("tatoeba", "sib200"):
        out[f"error {family}"] = of("BITEXT_ERROR_BY_MARGIN", family)
    for family in ("stsb", "stsb-mt", "sick"):
        out[f"bias {family}"] = of("LANGUAGE_BIAS", family)
    out["rsim"] = of("REPRESENTATION_SIMILARITY", "sib200")
    out["rsim en"] = of("REPRESENTATION_SIMILARITY", "sib200", languages=with_english)
    to_english = lambda pair: pair.endswith("-en") and pair[:2] in P17
    out["margin"] = of("BITEXT_ERROR_BY_MARGIN", "tatoeba", languages=to_english)
    out["margin back"] = of("BITEXT_ERROR_BY_MARGIN", "tatoeba",
                            languages=lambda pair: pair.startswith("en-") and pair[3:] in P17)
    out["cosine"] = of("BITEXT_ERROR_BY_COSINE", "tatoeba", languages=to_english)
    out["sib en"] = of("BITEXT_ERROR_BY_MARGIN", "sib200", languages=with_english)
    for language in P17 + OTHERS:
        cells = [of("BITEXT_ERROR_BY_MARGIN", f, languages=lambda pair: pair == language + "-en") for f in ("tatoeba", "sib200")]
        out[language] = " / ".join("–" if c != c else f"{c:.1f}" for c in cells)
    return out


def table(rows, columns):
    print("| vectors | " + " | ".join(title for title, _ in columns) + " |\n|---|" + "---:|" * len(columns))
    for row in rows:
        cells = (f"{row[key]:.{3 if 'rsim' in key else 2}f}" for _, key in columns)
        print(f"| {row['label']} | " + " | ".join(cells) + " |")
    print()


def main():
    rows = [figures(name, label) for name, label in NAMES if name != "shipped" or os.path.exists(f"{OUT}/{name}.txt")]
    sets = [("STS17", "sts17"), ("STSb", "stsb"), ("STSb-MT", "stsb-mt"), ("SICK", "sick"), ("STR24", "str24"), ("SIB-200", "sib200")]
    for view in ("MONOLINGUAL", "CROSS_LINGUAL"):
        table(rows, [(title, f"{key} {view}") for title, key in sets])
    table(rows, [(title, f"cross {key}") for title, key in sets[:4]]
          + [("SIB-200 from en", "from en"), ("Tatoeba error", "error tatoeba"), ("SIB-200 error", "error sib200")])
    table(rows, [("bias STSb", "bias stsb"), ("bias STSb-MT", "bias stsb-mt"), ("bias SICK", "bias sick"),
                 ("RSIM all pairs", "rsim"), ("RSIM with en", "rsim en")])
    table(rows, [("margin", "margin"), ("margin, en→xx", "margin back"), ("cosine", "cosine"),
                 ("SIB-200 with en, both directions", "sib en")])
    print("| language | " + " | ".join(row["label"] for row in rows) + " |\n|---|" + "---:|" * len(rows))
    for language in P17 + OTHERS:
        print(f"| {language} | " + " | ".join(row[language] for row in rows) + " |")
    print()
    for row in rows:
        print(row["label"], row["run"], f"{row['seconds']:.0f} s")


if __name__ == "__main__":
    main()
