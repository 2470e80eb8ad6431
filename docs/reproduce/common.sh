# What the scripts of this folder share; sourced, after $parallel is set to the folder of translations.

lines() { # FILE N: the first N lines after the header
  [ ! -f "$1" ] || zcat "$1" | awk -v n="$2" 'NR > 1 && NR <= n + 1'
}

mixed() { # LANGUAGE N: translations of sentences, N of Tatoeba's first, then health, help texts, the Declaration of Human Rights
  printf '%s\ten\n' "$1"
  lines "$parallel/tatoeba_opusmt/$1-en.tsv.gz" "$2"
  lines "$parallel/tico19/$1-en.tsv.gz" 700
  lines "$parallel/lo_help/$1-en.tsv.gz" 400
  lines "$parallel/udhr/$1-en.tsv.gz" 100
}

files() { # LANGUAGE SOURCES: the files there are, with commas
  local language=$1 found=""
  shift
  for source in "$@"; do
    [ ! -f "$parallel/$source/$language-en.tsv.gz" ] || found=$found,$parallel/$source/$language-en.tsv.gz
  done
  printf '%s' "${found#,}"
}
