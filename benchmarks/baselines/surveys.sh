#!/bin/bash
# Simulated surveys of the training families, to tune the baselines and to train their forest: of each the map, the truth,
# and two runs, with the poses that the adjustment found and with the recorded ones. Frames are deleted once they have been
# seen; what is there already is kept.
#   benchmarks/baselines/surveys.sh THERMOLEAK OUT SEED...
set -euo pipefail
thermoleak=$(realpath "${1:?usage: surveys.sh THERMOLEAK OUT SEED...}")
mkdir -p "${2:?}"
out=$(realpath "$2")
shift 2
families=$(realpath "$(dirname "$0")/../../models/families/train")
for seed in "$@"; do
  for family in "$families"/*.toml; do
    survey=$out/$(basename "$family" .toml)-$seed
    [ ! -e "$survey/recorded/run.json" ] || continue
    rm -rf "$survey"
    "$thermoleak" simulate "$family" --seed "$seed" --out "$survey" > "$survey.log" 2>&1
    buildings=()
    [ ! -e "$survey/buildings.geojson" ] || buildings=(--buildings "$survey/buildings.geojson")
    for poses in registered recorded; do
      adjust=true
      [ "$poses" = registered ] || adjust=false
      # 1: done, some frames set aside
      "$thermoleak" run "$survey/frames" --network "$survey/network.gpkg" "${buildings[@]}" \
          --adjust.enabled "$adjust" --out "$survey/$poses" >> "$survey.log" 2>&1 || [ $? -eq 1 ]
      rm -rf "$survey/$poses/report.html" "$survey/$poses/candidates.gpkg" "$survey/$poses/.thermoleak"
    done
    rm -rf "$survey/frames"
  done
done
