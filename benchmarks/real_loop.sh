#!/usr/bin/env bash
# The loop on real papers, timed: init, ingest, import, train, evaluate, predict, review, publish.
#   benchmarks/real_loop.sh [DATA [FOLDER]]
# DATA holds daily_papers_page.txt, pool.jsonl (600 annotated papers, those of the page among them) and a digest that
# nobody has annotated, fixtures/hf_api/daily_papers_2026-08-20.json; default: ../shared/data. Needs `tagger` on the PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=$(cd "${1:-$root/../shared/data}" && pwd)
folder=${2:-$(mktemp -d)}
day=2026-08-07
new=2026-08-20
mkdir -p "$folder"
export TAGGER_WORKSPACE=$folder
python=$(command -v python3)

exec 3>&1
timed() { # prints the command's wall time in seconds after its output, also where that goes into a file
  local started ended
  started=$(date +%s.%N)
  "$@"
  ended=$(date +%s.%N)
  printf '   %.2f s: %s\n\n' "$("$python" -c "print($ended - $started)")" "$(sed "s#$data/##g; s#$folder#FOLDER#g" <<<"$*")" >&3
}

timed tagger --help >/dev/null
timed tagger --version
timed tagger init "$folder"
timed tagger ingest "$data/daily_papers_page.txt" --digest "$day"
timed tagger annotations import "$data/pool.jsonl"
timed tagger train
timed tagger predict --digest "$day" --output "$folder/predictions.jsonl"
timed tagger predict --input "$data/daily_papers_page.txt" --output "$folder/page.jsonl"
timed tagger publish --digest "$day" --out "$folder/site"
timed tagger ingest "$data/fixtures/hf_api/daily_papers_$new.json" --digest "$new"
timed tagger predict --digest "$new"
timed tagger review list --digest "$new"
timed tagger review accept --all-sure --digest "$new" --by bench
timed tagger publish --digest "$new" --out "$folder/site-$new" --withhold
timed tagger status
timed tagger evaluate --json >"$folder/evaluation.json"
"$python" - "$folder/evaluation.json" <<'PRINT'
import json, sys

found = json.load(open(sys.argv[1]))
print(f"{'':24}{'micro F1':>10}{'macro F1':>10}{'example F1':>12}{'av. prec.':>11}{'ECE':>8}{'coverage':>10}")
rows = [("all", found), *found["dimensions"].items(), ("TF-IDF baseline", found["baseline"])]
for name, f in rows:
    print(
        f"{name:24}{f['micro_f1']:10.4f}{f['macro_f1']:10.4f}{f['example_f1']:12.4f}"
        f"{f['average_precision']:11.4f}{f['expected_calibration_error']:8.4f}{f['coverage']:10.4f}"
    )
print(f"sure without review: {found['sure']} of {found['papers']} papers, example F1 among them {found['sure_example_f1']}")
PRINT
echo "workspace: $folder"
