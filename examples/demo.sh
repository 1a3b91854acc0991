#!/usr/bin/env bash
# The whole loop on invented papers: demo.sh FOLDER makes a workspace there, anew. Needs `tagger` on the PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: demo.sh FOLDER}
day=2026-08-07

step() { printf '\n== %s\n' "$*"; }
if [ -d "$folder/studio" ]; then tagger --workspace "$folder" studio stop >/dev/null; fi
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
export TAGGER_WORKSPACE=$folder
trap 'tagger studio stop >/dev/null' EXIT

step "A workspace, and a digest of 30 papers (all invented)"
tagger init "$folder"
tagger ingest "$here/daily_papers_invented.txt" --digest "$day"
tagger annotations import "$here/annotations_invented.jsonl"

step "Label Studio, on this machine only"
tagger studio start
tagger push --digest "$day"

step "Four papers annotated over the server's API, in the place of a person"
python "$here/stand_in_annotator.py" "$folder" 4
tagger pull

step "Train on everything annotated, and auto-tag the rest of the digest"
tagger train --body frozen
tagger predict --digest "$day"

step "Review: what the model is sure of by rule, the rest by a person (here: this script)"
tagger review send --digest "$day"
tagger review accept --all-sure --digest "$day" --by demo
tagger review list --digest "$day" | tail -n 12
tagger review list --digest "$day" --json |
  python -c 'import json, sys; print("\n".join(p["id"] for p in json.load(sys.stdin)["papers"]))' |
  xargs tagger review accept --by demo

step "Publish"
tagger publish --digest "$day" --out "$folder/site"
step "What was measured, out of fold, on 90 invented papers and the four above"
tagger models list
tagger status
printf '\nThe page: %s\n' "$folder/site/index.html"
printf 'The labelling page: tagger --workspace %s studio start\n' "$folder"
