#!/usr/bin/env python3
"""Makes golden.json: python3 make_golden.py DIR_OF_metrics_oracle.py > golden.json"""
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import metrics_oracle as oracle

rng = np.random.default_rng(20261124)
# Multiples of 1/1024: the same number in float32 and float64.
exact = lambda v: np.round(v * 1024) / 1024
near = lambda v, noise: exact(v + noise * rng.normal(size=v.shape))
x = exact(rng.normal(size=(60, 12)) + 0.6)
y, z, w = near(x, 0.5), near(x, 0.9), near(x, 1.4)
gold = np.round(np.clip(2.5 + 2 * rng.normal(size=60), 0, 5) * 2) / 2
labels = [["sports", "travel", "health"][i] for i in (x[:, :3] + 0.4 * rng.normal(size=(60, 3))).argmax(1)]
sets = [(oracle.cosines(x, y), gold), (oracle.cosines(y, z), gold), (oracle.cosines(x, w), gold)]
train = slice(0, 40)
print(json.dumps({
    "x": x.tolist(), "y": y.tolist(), "z": z.tolist(), "w": w.tolist(), "gold": gold.tolist(), "labels": labels,
    "sts": oracle.sts(x, y, gold), "sts_pair": oracle.sts_pair(x, y, z, w, gold),
    "bias": oracle.language_bias(sets), "rsim_xy": oracle.rsim(x, y), "rsim_xz": oracle.rsim(x, z), "rsim_yz": oracle.rsim(y, z),
    "xsim_xw": oracle.xsim(x, w), "xsim_wx": oracle.xsim(w, x), "cosine_xw": oracle.cosine_error(x, w), "cosine_wx": oracle.cosine_error(w, x),
    "predicted": oracle.classify(x[train], labels[:40], x[40:]), "predicted_z": oracle.classify(x[train], labels[:40], z),
}, indent=None))
