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
AMHARIC = [("am-mono", "language module alone"), ("am-paraphrase", "paraphrase"), ("am-parallel", "parallel"),
           ("am-both", "both"), ("am-best", "our losses")]


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
    """Of each group of columns, of all groups, and of all but classification from English; of errors what is found; of the first seed."""
    print("| row | STS | STS across | SIB-200 | SIB-200 from en | bitext found | mean | mean, SIB-200 once |\n|---|" + "---:|" * 7)
    for row, label in ROWS:
        for scores in runs(row)[:1]:
            *others, error = (statistics.mean(figure(scores, *column) for column in group) for group in groups)
            of = others + [100 - error]
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
    sts17, stsb = (("CROSS_LINGUAL_SIMILARITY", family, cross) for family in ("sts17", "stsb-mt"))
    from_english = ("TRANSFER_ACCURACY", "sib200", cross, lambda pair: pair.startswith("en-"))
    sib_error, tatoeba_error = ((error, family, cross) for family in ("sib200", "tatoeba"))
    table(ROWS, [("STS17", *sts17), ("STSb-MT", *stsb), ("SIB-200 from en", *from_english),
                 ("SIB-200 error", *sib_error), ("Tatoeba error", *tatoeba_error),
                 ("bias STSb-MT", "LANGUAGE_BIAS", "stsb-mt", cross), ("RSIM", "REPRESENTATION_SIMILARITY", "sib200", cross)])
    means([(similarity, "sts17", cross), (similarity, "stsb-mt", cross)], [sts17, stsb],
          [(accuracy, "sib200", cross)], [from_english], [sib_error, tatoeba_error])
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
