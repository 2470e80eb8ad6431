#!/usr/bin/env python3
"""Makes golden.json: python3 make_golden.py DIR_OF_MINE_ORACLE > golden.json

Two languages against one, parallel in part, with a duplicate vector on each side and fewer than k rows in one language.
"""
import json
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from mine_oracle import mine

rng = np.random.default_rng(20261124)


def rounded(v):
    return np.round(v / np.linalg.norm(v, axis=1, keepdims=True), 5).astype(np.float32)


en = rounded(rng.standard_normal((45, 12)))
de = rounded(np.concatenate([en[:30] + 0.25 * rng.standard_normal((30, 12)), rng.standard_normal((10, 12))]))
de = de[rng.permutation(len(de))]
en[44], de[39] = en[3], de[5]
am = rounded(en[[7, 20, 33]] + 0.2 * rng.standard_normal((3, 12)))
floats = lambda v: [[float(repr(x)) for x in map(float, np.round(row.astype(np.float64), 5))] for row in v]
as_read = lambda v: np.array(floats(v)).astype(np.float32)
golden = {"vectors": {"en": floats(en), "de": floats(de), "am": floats(am)}}
golden["pairs"] = {l: [[float(s), i, j] for s, i, j in mine(as_read(v), as_read(en))] for l, v in (("de", de), ("am", am))}
json.dump(golden, sys.stdout)
