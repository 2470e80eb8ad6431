"""What the scripts of this folder share that read the runs of `isogloss eval`."""
import glob
import json
import re
import statistics


def record(printed, evaluation):
    """The record of a run, given what `eval run` printed and its --eval-dir, in which * stands for anything."""
    run = re.search(r"run: (\S+)", open(printed).read())[1]
    return {"run": run, **json.load(open(glob.glob(f"{evaluation}/runs/{run}/run.json")[0]))}


def mean(values):
    return statistics.mean(values) if values else float("nan")


def figure(scores, metric, family, view="CROSS_LINGUAL", languages=lambda pair: True):
    """The mean of a metric over the sets of a family and the languages that are asked for; nan if there are none."""
    return mean([s["value"] for s in scores if "value" in s and s["metric"] == metric and s["set"].split("/")[0] == family
                 and s["view"] == view and languages(s["languages"])])
