#!/usr/bin/env python3
"""Makes golden.json: python3 make_golden.py DIR_OF_mine_oracle.py > golden.json"""
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import mine_oracle as oracle

rng = np.random.default_rng(20261124)
exact = lambda v: np.round(v * 1024) / 1024  # the same number in float32 and float64
x = exact(rng.normal(size=(40, 16)) + 0.3)
y = exact(np.concatenate([x[:30] + 0.7 * rng.normal(size=(30, 16)), rng.normal(size=(15, 16)) + 0.3]))
x[7], y[11] = x[3], y[5]  # duplicates
cases = []
for name, a, b in [("plain", x, y), ("few", x[:3], y[:2]), ("one", x[:1], y[:1]), ("self", x, x)]:
    for margin in ["ratio", "distance", "absolute"]:
        for retrieval in ["max", "fwd", "bwd", "intersect"]:
            for k, threshold in [(4, -10.0), (1, 0.5)]:
                pairs = oracle.mine(a, b, k, margin, retrieval, threshold)
                cases.append({"name": name, "margin": margin, "retrieval": retrieval, "k": k, "threshold": threshold,
                              "pairs": [[float(s), int(i), int(j)] for s, i, j in pairs]})
print(json.dumps({"x": x.tolist(), "y": y.tolist(), "cases": cases}))
