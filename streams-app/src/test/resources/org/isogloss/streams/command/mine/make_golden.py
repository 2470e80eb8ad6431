#!/usr/bin/env python3
"""Made x.npy, y.npy and the .tsv files beside this file, with the mining oracle's own command line:

  python3 make_golden.py ORACLE.py

Row 3 of y stands twice, and row 7 of x is a translation of none. Needs: numpy.
"""
import subprocess, sys
from pathlib import Path
import numpy as np

here = Path(__file__).parent
random = np.random.default_rng(20251122)
y = random.normal(size=(24, 12)).astype(np.float32)
x = (y[:18] + 0.55 * random.normal(size=(18, 12))).astype(np.float32)
x[7] = random.normal(size=12)
y[20] = y[3]
np.save(here / "x.npy", x)
np.save(here / "y.npy", y)
for name, flags in {"default": [], "distance-bwd": ["--margin", "distance", "--retrieval", "bwd", "--k", "3"],
                    "absolute-fwd": ["--margin", "absolute", "--retrieval", "fwd", "--threshold", "0.8"],
                    "ratio-intersect": ["--retrieval", "intersect", "--k", "50"]}.items():
    out = subprocess.run([sys.executable, sys.argv[1], here / "x.npy", here / "y.npy", *flags], check=True, capture_output=True)
    (here / f"{name}.tsv").write_bytes(out.stdout)
