#!/usr/bin/env python3
"""Prints the tables of docs/results.md, "Separate modules against one encoder", from what rows.sh measured; in the folder where it ran.

Means over the sets, languages and pairs that a column names; of rows with seeds the mean over seeds and, behind ±, the standard deviation.
"""
import glob
import os
import statistics

from scores import figure, record

ROWS = [("none", "bare backbone"), ("full-mono", "Full mono"), ("full-cross", "Full mono+cross"),
        ("mono", "Modular mono, without LA"), ("mono-with-adaptation", "Modular mono, with LA"),
        ("paraphrase", "Modular mono+cross, paraphrase"), ("parallel", "Modular mono+cross, parallel"),
        ("both", "Modular mono+cross, both"), ("best", "Modular mono+cross, our losses"),
        ("adapted-both", "with LA, both"), ("adapted-best", "with LA, our losses")]
AMHARIC = [("am-mono", "language module alone")] + [
    (f"am-{s}", label) for s, label in (("paraphrase", "paraphrase"), ("parallel", "parallel"), ("both", "both"), ("best", "our losses"))]


def runs(row):
    files = [f"rows/measured/{row}.txt"] if os.path.exists(f"rows/measured/{row}.txt") else sorted(
        glob.glob(f"rows/measured/{row}-s[0-9].txt"))
    return [record(file, "rows/evaluation*")["scores"] for file in files]


def cells(row, columns):
    values = [[figure(scores, *column) for column in columns] for scores in runs(row)]
    for column in zip(*values):
        if any(value != value for value in column):
            yield "–"
        elif len(column) == 1:
            yield f"{column[0]:.2f}"
        else:
            yield f"{statistics.mean(column):.2f} ± {statistics.stdev(column):.2f}"


def table(rows, columns):
    print("| row | " + " | ".join(title for title, *_ in columns) + " |\n|---|" + "---:|" * len(columns))
    for row, label in rows:
        found = list(cells(row, [column[1:] for column in columns]))
        if found:
            print(f"| {label} | " + " | ".join(found) + " |")
    print()


def means(*groups):
    """Of each group, of all of them, and of those where classification from English is left out; errors as what is found; seed 1."""
    print("| row | STS | STS across | SIB-200 | SIB-200 from en | bitext found | mean | mean, SIB-200 once |\n|---|" + "---:|" * 7)
    for row, label in ROWS:
        if runs(row):
            scores = runs(row)[0]
            of = [statistics.mean(figure(scores, *column[1:]) for column in group) for group in groups]
            of[4] = 100 - of[4]
            cells = of + [statistics.mean(of), statistics.mean(of[:3] + of[4:])]
            print(f"| {label} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    print()


def main():
    similarity, accuracy = "MONOLINGUAL_SIMILARITY", "MONOLINGUAL_ACCURACY"
    error = "BITEXT_ERROR_BY_MARGIN"
    for view in ("MONOLINGUAL", "CROSS_LINGUAL"):
        print(view.lower())
        table(ROWS, [("STS17", similarity, "sts17", view), ("STSb-MT", similarity, "stsb-mt", view),
                     ("SIB-200", accuracy, "sib200", view)])
    cross = "CROSS_LINGUAL"
    table(ROWS, [("STS17", "CROSS_LINGUAL_SIMILARITY", "sts17", cross), ("STSb-MT", "CROSS_LINGUAL_SIMILARITY", "stsb-mt", cross),
                 ("SIB-200 from en", "TRANSFER_ACCURACY", "sib200", cross, lambda pair: pair.startswith("en-")),
                 ("SIB-200 error", error, "sib200", cross), ("Tatoeba error", error, "tatoeba", cross),
                 ("bias STSb-MT", "LANGUAGE_BIAS", "stsb-mt", cross), ("RSIM", "REPRESENTATION_SIMILARITY", "sib200", cross)])
    means([("STS", similarity, "sts17", cross), ("STS", similarity, "stsb-mt", cross)],
          [("STS", "CROSS_LINGUAL_SIMILARITY", "sts17", cross), ("STS", "CROSS_LINGUAL_SIMILARITY", "stsb-mt", cross)],
          [("CLS", accuracy, "sib200", cross)], [("CLS", "TRANSFER_ACCURACY", "sib200", cross, lambda pair: pair.startswith("en-"))],
          [("bitext", error, "sib200", cross), ("bitext", error, "tatoeba", cross)])
    for language in ("de", "tr"):
        print(language)
        with_it = lambda pair: pair in (f"{language}-en", f"en-{language}")
        table(ROWS, [("STSb-MT with en", "CROSS_LINGUAL_SIMILARITY", "stsb-mt", cross, with_it),
                     ("SIB-200 error with en", error, "sib200", cross, with_it), ("Tatoeba error", error, "tatoeba", cross, with_it)])
    print("am")
    only = lambda pair: pair == "am"
    table(AMHARIC, [("STR24", similarity, "str24", cross, only), ("SIB-200", accuracy, "sib200", cross, only),
                    ("SIB-200 from en", "TRANSFER_ACCURACY", "sib200", cross, lambda pair: pair == "en-am"),
                    ("SIB-200 error", error, "sib200", cross), ("Tatoeba error", error, "tatoeba", cross)])


if __name__ == "__main__":
    main()
