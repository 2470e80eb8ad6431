#!/usr/bin/env python3
"""Computes a finished run's numbers again with the metrics' oracle, from the vectors that the run left on disk.

    against-oracle.py EVALUATION_FOLDER RUN SUITE_FOLDER ORACLE_FOLDER [--every N]

EVALUATION_FOLDER is the run's --eval-dir, ORACLE_FOLDER holds metrics_oracle.py. Prints the largest difference by metric, in the
metric's own unit, and exits with 1 if one is above 1e-9 (classification: if one number differs at all). --every N: every N-th
number of those that are many (bitext, RSIM, transfer between languages), for a machine in a hurry. Needs numpy and scipy.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import struct
import sys
import unicodedata

import numpy as np

HEADER = struct.calcsize("<8si32si")


class VectorFile:
    """The format stands in org.isogloss.streams.evaluate.VectorFile."""

    def __init__(self, path):
        raw = path.read_bytes()
        magic, self.dimension, _, _ = struct.unpack_from("<8si32si", raw)
        if magic != b"ISOGVEC1":
            raise SystemExit(f"{path} is no file of vectors")
        record = np.dtype([("key", "V32"), ("vector", "<f4", (self.dimension,)), ("crc", "<i4")])
        rows = np.frombuffer(raw, record, (len(raw) - HEADER) // record.itemsize, HEADER)
        self.vectors = rows["vector"]
        self.row = {bytes(key): i for i, key in enumerate(rows["key"])}

    def of(self, texts):
        keys = (hashlib.sha256(unicodedata.normalize("NFC", t).encode()).digest() for t in texts)
        return self.vectors[[self.row[k] for k in keys]]


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def main():
    arguments = argparse.ArgumentParser()
    for name in ("folder", "run", "suite", "oracle"):
        arguments.add_argument(name)
    arguments.add_argument("--every", type=int, default=1)
    args = arguments.parse_args()
    sys.path.insert(0, args.oracle)
    import metrics_oracle as oracle

    folder, suite = pathlib.Path(args.folder), pathlib.Path(args.suite)
    run = json.loads((folder / "runs" / args.run / "run.json").read_text())
    files = {}

    def vectors(language, view, texts):
        name = run["vectors"][language][view]
        if name not in files:
            files[name] = VectorFile(folder / "vectors" / name)
        return files[name].of(texts)

    def similarity(score):
        family, _, track = score["set"].partition("/")
        languages = score["languages"].split("-")
        left, right = languages[0], languages[-1]
        view = score["view"]
        path = suite / "sts" / family
        if track:
            rows = list(table(next(path.glob(f"{track}.*.tsv"))).values())
            gold = [float(r["score"]) for r in rows]
            first = vectors(left, view, [r["sentence1"] for r in rows])
            return oracle.sts(first, vectors(right, view, [r["sentence2"] for r in rows]), gold)
        one = table(path / f"{left}.test.tsv")
        if left == right:
            gold = [float(r["score"]) for r in one.values()]
            return oracle.sts(*(vectors(left, view, [r[s] for r in one.values()]) for s in SIDES), gold)
        other = table(path / f"{right}.test.tsv")
        ids = [i for i in one if i in other]
        gold = [float(one[i]["score"]) for i in ids]
        a, b = (vectors(left, view, [one[i][s] for i in ids]) for s in SIDES)
        c, d = (vectors(right, view, [other[i][s] for i in ids]) for s in SIDES)
        return oracle.sts_pair(a, d, c, b, gold)

    def bias(score):
        path = suite / "sts" / score["set"]
        tables = {p.name.split(".")[0]: table(p) for p in sorted(path.glob("*.test.tsv"))}
        tables = {l: t for l, t in tables.items() if l in run["languages"]}
        sides = {l: [vectors(l, "CROSS_LINGUAL", [r[s] for r in t.values()]) for s in SIDES] for l, t in tables.items()}
        place = {l: {i: k for k, i in enumerate(t)} for l, t in tables.items()}
        sets = []
        names = sorted(tables)
        for x, left in enumerate(names):
            for right in names[x + 1:]:
                ids = [i for i in tables[left] if i in tables[right]]
                gold = [float(tables[left][i]["score"]) for i in ids]
                l, r = ([place[n][i] for i in ids] for n in (left, right))
                sets.append((oracle.cosines(sides[left][0][l], sides[right][1][r]), gold))
                sets.append((oracle.cosines(sides[right][0][r], sides[left][1][l]), gold))
        if score["metric"] == "LANGUAGE_BIAS_WITH_MONOLINGUAL":
            for l in names:
                sets.append((oracle.cosines(*sides[l]), [float(r["score"]) for r in tables[l].values()]))
        return oracle.language_bias(sets)

    def labelled(family, language, split):
        path = suite / "classification" / family / f"{language}.{split}.tsv"
        return list(table(path).values())

    def corpus(family, language):
        rows = [r for split in ("train", "dev", "test") for r in labelled(family, language, split)]
        return {r["id"]: r["text"] for r in rows}

    classifiers = {}

    def transfer(score):
        languages = score["languages"].split("-")
        source, target = languages[0], languages[-1]
        train = labelled(score["set"], source, "train")
        test = labelled(score["set"], target, "test")
        key = (score["set"], score["view"], source, target)
        if key not in classifiers:
            classifiers[key] = oracle.classify(
                vectors(source, score["view"], [r["text"] for r in train]),
                [r["label"] for r in train],
                vectors(target, score["view"], [r["text"] for r in test]))
        gold, found = [r["label"] for r in test], classifiers[key]
        if score["metric"].endswith("ACCURACY"):
            return 100 * np.mean([g == f for g, f in zip(gold, found)])
        f1 = []
        for label in sorted(set(gold)):
            both = sum(g == f == label for g, f in zip(gold, found))
            f1.append(2 * both / (gold.count(label) + found.count(label)))
        return 100 * np.mean(f1)

    def parallel(score):
        left, right = score["languages"].split("-")
        bitext = suite / "bitext" / score["set"]
        if bitext.is_dir():
            path, l, r = next(
                (p, l, r) for l, r in ((left, right), (right, left)) for p in [bitext / f"{l}-{r}.tsv"] if p.exists())
            rows = list(table(path).values())
            texts = [row[left] for row in rows], [row[right] for row in rows]
        else:
            one, other = corpus(score["set"], left), corpus(score["set"], right)
            ids = sorted(i for i in one if i in other)
            texts = [one[i] for i in ids], [other[i] for i in ids]
        return (vectors(n, "CROSS_LINGUAL", t) for n, t in zip((left, right), texts))

    kinds = {
        "MONOLINGUAL_SIMILARITY": similarity, "CROSS_LINGUAL_SIMILARITY": similarity,
        "LANGUAGE_BIAS": bias, "LANGUAGE_BIAS_WITH_MONOLINGUAL": bias,
        "MONOLINGUAL_ACCURACY": transfer, "MONOLINGUAL_MACRO_F1": transfer,
        "TRANSFER_ACCURACY": transfer, "TRANSFER_MACRO_F1": transfer,
        "BITEXT_ERROR_BY_MARGIN": lambda s: oracle.xsim(*parallel(s)),
        "BITEXT_ERROR_BY_COSINE": lambda s: oracle.cosine_error(*parallel(s)),
        "REPRESENTATION_SIMILARITY": lambda s: oracle.rsim(*parallel(s)),
    }
    many = {k for k in kinds if k.startswith(("TRANSFER", "BITEXT", "REPRESENTATION"))}
    seen, worst, compared = {}, {}, {}
    for score in run["scores"]:
        metric = score["metric"]
        if metric not in kinds or "value" not in score:
            continue
        seen[metric] = seen.get(metric, -1) + 1
        if metric in many and seen[metric] % args.every:
            continue
        difference = abs(kinds[metric](score) - score["value"])
        compared[metric] = compared.get(metric, 0) + 1
        if difference >= worst.get(metric, (-1, ""))[0]:
            worst[metric] = difference, f"{score['set']} {score['languages']} {score['view']}"
    for metric, (difference, where) in sorted(worst.items()):
        print(f"{metric}\t{compared[metric]} of {seen[metric] + 1}\t{difference:.1e}\t{where}")
    return 0 if all(d <= 1e-9 for d, _ in worst.values()) else 1


SIDES = ("sentence1", "sentence2")

if __name__ == "__main__":
    sys.exit(main())
