#!/usr/bin/env bash
# Makes the closed-form modules of docs/results.md for every language, and the rows of the evaluation.
#
#   docs/reproduce/closed-forms.sh DATA OUT [LANGUAGES]     DATA holds train/ and eval/; OUT is filled; what stands there is kept
#
# Text of a language: the first lines of its plain text and of its side of the translations. Translations: general sentences
# first, health and help texts besides, and interface strings only where little else is.
set -euo pipefail
data=$1 out=$2
languages=${3:-"en de tr am ar nl pl es fr it ru zh ko cs az kk ky mr te ug uz ha rw"}
root=$(cd "$(dirname "$0")/../.." && pwd)
isogloss=$root/isogloss
parallel=$data/train/parallel
. "$root/docs/reproduce/common.sh"
mkdir -p "$out/text" "$out/pairs"

for l in $languages; do
  pairs=$out/pairs/$l-en.tsv text=$out/text/$l.txt
  if [ ! -f "$pairs" ] && [ "$l" != en ]; then
    mixed "$l" 2000 >"$pairs.part"
    if [ "$(wc -l <"$pairs.part")" -lt 1500 ]; then
      { lines "$parallel/aosp/$l-en.tsv.gz" 1000; lines "$parallel/lo_l10n/$l-en.tsv.gz" 1000; } >>"$pairs.part"
    fi
    mv "$pairs.part" "$pairs"
  fi
  if [ ! -f "$text" ]; then
    {
      [ ! -f "$data/train/mono/$l.txt.gz" ] || zcat "$data/train/mono/$l.txt.gz" | awk 'NR <= 1500'
      if [ "$l" = en ]; then lines "$parallel/tatoeba_opusmt/de-en.tsv.gz" 1500 | cut -f 2
      else awk -F '\t' 'NR > 1 && NR <= 1501 { print $1 }' "$pairs"; fi
    } >"$text.part"
    mv "$text.part" "$text"
  fi
  if [ ! -d "$out/$l-language/whiten" ]; then
    rm -rf "$out/$l-language"
    "$isogloss" modules fit --lang "$l" --method center,whiten --mono "$text" --sample 2000 --fp16 --threads 1 \
      --licence "CC BY-SA 4.0" --out "$out/$l-language"
  fi
  if [ "$l" != en ] && { [ ! -d "$out/$l-alignment/cca" ] || [ ! -d "$out/$l-alignment/anchored" ]; }; then
    rm -rf "$out/$l-alignment"
    "$isogloss" modules fit --lang "$l" --method anchored,procrustes,ridge,cca --parallel "$pairs" --sample 2500 --fp16 --threads 1 \
      --licence "CC BY-SA 4.0" --language-module "$out/$l-language/whiten" --pivot-module "$out/en-language/whiten" \
      --out "$out/$l-alignment"
  fi
done

all() { # of KIND and METHOD: the folders, with commas
  for l in $languages; do
    [ ! -d "$out/$l-$1/$2" ] || printf '%s/%s-%s/%s,' "$out" "$l" "$1" "$2"
  done
}

row() { # NAME MODULES
  [ -f "$out/$1.txt" ] || {
    "$isogloss" eval run --suite "$data/eval" --modules "$2" --direct --threads 1 --eval-dir "$out/evaluation" >"$out/$1.part"
    mv "$out/$1.part" "$out/$1.txt"
  }
}

row none none
for method in center whiten; do
  modules=$(all language $method)
  row $method "${modules%,}"
done
for method in anchored procrustes ridge cca; do
  modules=$(all language whiten)$(all alignment $method)
  row $method "${modules%,}"
done
