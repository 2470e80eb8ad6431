#!/usr/bin/env bash
# Evaluates the rows that the plans rows-*.yaml have made: in the folder where they ran.
#
#   docs/reproduce/rows.sh [ROW…]     all that are there, unless some are named; what is measured stays. Then: rows.py
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p rows/measured

measure() { # ROW LANGUAGES TASKS MODULES OPTIONS…
  local row=$1 languages=$2 tasks=$3 modules=$4 folder
  shift 4
  [ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $row "* ]] || return 0
  [ ! -s "rows/measured/$row.txt" ] || return 0
  for folder in ${modules//,/ }; do
    [ -d "$folder" ] || [ "$folder" = none ] || return 0
  done
  "$root/isogloss" eval run --suite DATA/eval --modules "$modules" --languages "$languages" --tasks "$tasks" --direct --threads 1 \
    --eval-dir "$evaluation" "$@" >"rows/measured/$row.part" && mv "rows/measured/$row.part" "rows/measured/$row.txt"
}

wanted=("$@")
evaluation=${EVALUATION:-rows/evaluation} # another for a second process beside the first
three=(en,de,tr sts17,stsb-mt,sib200,tatoeba)
measure none "${three[@]}" none
measure mono "${three[@]}" rows/en,rows/de,rows/tr
adapted=rows/en-with-adaptation,rows/de-with-adaptation,rows/tr-with-adaptation
measure mono-with-adaptation "${three[@]}" "$adapted"
for strategy in both best; do
  measure "adapted-$strategy-s1" "${three[@]}" "$adapted,rows/de-adapted-$strategy-s1,rows/tr-adapted-$strategy-s1"
done
for strategy in paraphrase parallel both best; do
  for seed in 1 2 3; do
    measure "$strategy-s$seed" "${three[@]}" "rows/en,rows/de,rows/tr,rows/de-$strategy-s$seed,rows/tr-$strategy-s$seed"
    measure "am-$strategy-s$seed" en,am str24,sib200,tatoeba "rows/en,MODULES/mbert/language/am,rows/am-$strategy-s$seed"
  done
done
measure am-mono en,am str24,sib200,tatoeba rows/en,MODULES/mbert/language/am
measure full-mono "${three[@]}" rows/full-mono-en,rows/full-mono-de,rows/full-mono-tr --model rows/full.training/monolingual-weights
measure full-cross "${three[@]}" rows/full-cross-en,rows/full-cross-de,rows/full-cross-tr --model rows/full
