#!/usr/bin/env bash
# Trains modules: for languages that the backbone cannot read a vocabulary and a table
# of their own, which learn along at alignment; for others an alignment behind the shipped language module.
# Those of Amharic and Uyghur that ship were made so at commit 1ea7da1 and before, towards the English of then; shipped.sh took them on.
#
#   docs/reproduce/trained.sh DATA OUT [LANGUAGES]     DATA holds train/ and eval/; OUT is filled; what stands there is kept
#
# One thread a training, so two languages fit two cores side by side; a run that is stopped goes on from its checkpoint.
set -euo pipefail
data=$1 out=$2
languages=${3:-"am ug"}
root=$(cd "$(dirname "$0")/../.." && pwd)
isogloss=$root/isogloss
parallel=$data/train/parallel
pivot=$root/modules/mbert/language/en
mkdir -p "$out"

. "$root/docs/reproduce/common.sh"

made() { # NAME COMMAND…: unless it is
  local name=$1
  shift
  [ -d "$out/$name" ] || "$isogloss" "$@" --out "$out/$name"
}

own_table() { # LANGUAGE PIECES ALIGN-OPTIONS…: makes LANGUAGE-alignment and LANGUAGE-language
  local l=$1 pieces=$2
  shift 2
  local text=$data/train/mono/$l.txt.gz
  made "$l-tokenizer" train tokenizer --lang "$l" --vocab "$pieces" --in "$text"
  made "$l-start" train start --lang "$l" --tokenizer "$out/$l-tokenizer" --start lexical --type f32 --mono "$text" \
    --parallel "$(files "$l" tatoeba_opusmt tico19 aosp lo_l10n lo_help udhr)" "${common[@]}"
  made "$l-whitened" modules fit --lang "$l" --method whiten --mono "$text" --sample 2000 --language-module "$out/$l-start" "${how[@]}"
  align "$l" "$l-alignment" "$out/$l-whitened" --table-out "$out/$l-language" "$@"
}

align() { # LANGUAGE NAME LANGUAGE-MODULE OPTIONS…
  local l=$1 name=$2 module=$3 strings
  shift 3
  strings=$(files "$l" aosp lo_l10n)
  made "$name" train align --lang "$l" --parallel "$(files "$l" tatoeba_opusmt tico19 lo_help udhr)" ${strings:+--interface "$strings"} \
    --language-module "$module" --pivot-module "$pivot" "$@" "${how[@]}"
}

common=(--licence "CC BY-SA 4.0" --suite "$data/eval" --threads 1)
how=(--fp16 "${common[@]}")
for l in $languages; do
  case $l in
    am) own_table am 5000 --interface-share 0.7 --epochs 2 ;;
    ug) own_table ug 4000 --interface-share 0.5 --steps 220 --dropout 0.1 ;;
    *) align "$l" "$l-alignment" "$root/modules/mbert/language/$l" --source-weights root --dropout 0.1 --epochs 3 ;;
  esac
done
