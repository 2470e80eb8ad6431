#!/usr/bin/env bash
# Makes the modules that come with the program, but for the tables of Amharic and Uyghur, which trained.sh makes.
#
#   docs/reproduce/shipped.sh DATA OUT     DATA holds train/ and eval/; OUT is filled; what stands there is kept
#
# Whitening is fitted on 5,000 sentences drawn from all plain text of a language; Chinese has none, so on its side of the translations.
# A rotation held to the identity comes from up to 6,200 translations, sentences of Tatoeba first. A trained alignment begins behind
# such a rotation of its own, or as Turkish's, and learns from all translations of open licence, of help texts the first 1,500. Those of Amharic
# and Uyghur go on from those in this repository, towards English as it is made here; those that ship went on from commit 1ea7da1's.
# The alignments that ship, Kazakh's too, were written in half precision and brought to 8 bits by `modules compress --eight-bit`.
set -euo pipefail
data=$1 out=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
isogloss=$root/isogloss
parallel=$data/train/parallel
. "$root/docs/reproduce/common.sh"
how=(--threads 1 --licence "CC BY-SA 4.0")
gently=(--leave-out-leaks --source-weights root --dropout 0.1 --decay linear)
mkdir -p "$out/language" "$out/alignment" "$out/pairs"

pairs() { # LANGUAGE: translations of mixed domains
  local made=$out/pairs/$1-en.tsv
  [ -f "$made" ] || { mixed "$1" 5000 >"$made.part" && mv "$made.part" "$made"; }
}

whiten() { # LANGUAGE TEXT OPTIONS…
  local l=$1 text=$2
  shift 2
  [ -d "$out/language/$l" ] ||
    "$isogloss" modules fit --lang "$l" --method whiten --mono "$text" --out "$out/language/$l" --fp16 "${how[@]}" "$@"
}

rotate() { # LANGUAGE
  pairs "$1"
  [ -d "$out/alignment/$1" ] ||
    "$isogloss" modules fit --lang "$1" --method anchored --parallel "$out/pairs/$1-en.tsv" --sample 6200 \
      --language-module "$out/language/$1" --pivot-module "$out/language/en" --out "$out/alignment/$1" --eight-bit "${how[@]}"
}

learn() { # LANGUAGE LANGUAGE-MODULE ALIGN-OPTIONS…
  local l=$1 module=$2
  shift 2
  [ -d "$out/alignment/$l" ] ||
    "$isogloss" train align --lang "$l" --language-module "$module" --pivot-module "$out/language/en" --suite "$data/eval" \
      --out "$out/alignment/$l" --eight-bit "${how[@]}" "$@"
}

align() { # LANGUAGE STEPS ALIGN-OPTIONS…
  local l=$1 steps=$2 help="" strings
  shift 2
  strings=$(files "$l" aosp lo_l10n)
  if [ -f "$parallel/lo_help/$l-en.tsv.gz" ]; then
    help=$out/pairs/$l-help.tsv
    [ -f "$help" ] ||
      { { printf '%s\ten\n' "$l" && lines "$parallel/lo_help/$l-en.tsv.gz" 1500; } >"$help.part" && mv "$help.part" "$help"; }
  fi
  learn "$l" "$out/language/$l" --parallel "$(files "$l" tatoeba_opusmt tico19 udhr)${help:+,$help}" ${strings:+--interface "$strings"} \
    "${gently[@]}" --steps "$steps" "$@"
}

begin_as_turkish() { # LANGUAGE STEPS: where there are interface strings and few sentences; the sentences score it
  local l=$1
  learn "$l" "$out/language/$l" --parallel "$(files "$l" aosp lo_l10n)" --dev "$(files "$l" tatoeba_opusmt udhr)" \
    --start-adapter "$out/alignment/tr" "${gently[@]}" --lr 2e-4 --evaluate-every 10 --steps "$2"
}

realign() { # LANGUAGE ALIGN-OPTIONS…
  local l=$1
  shift
  learn "$l" "$root/modules/mbert/language/$l" --parallel "$(files "$l" tatoeba_opusmt tico19 lo_help udhr)" \
    --interface "$(files "$l" aosp lo_l10n)" --start-adapter "$root/modules/mbert/alignment/$l" \
    --lr 2e-4 --steps 120 --evaluate-every 20 "$@"
}

for l in en de tr ar nl pl es fr it ru ko cs az kk ky mr te ha rw; do
  whiten "$l" "$data/train/mono/$l.txt.gz"
done
whiten uz "$data/train/mono/uz.txt.gz" --transliteration "$root/docs/reproduce/uzbek-latin.json"
pairs zh
cut -f 1 "$out/pairs/zh-en.tsv" | tail -n +2 >"$out/zh.txt"
whiten zh "$out/zh.txt"
for l in mr fr ru zh; do
  rotate "$l"
done
align tr 200
align az 140 --start-adapter "$out/alignment/tr"
align uz 60 --start-adapter "$out/alignment/tr" --interface-share 0.9 --lr 2e-4 --evaluate-every 20
begin_as_turkish kk 100
align ar 300
align ko 160
align pl 160
align cs 160
realign am --interface-share 0.7
realign ug --interface-share 0.5 --dropout 0.1
