#!/bin/bash
# Does thermoleak find more leaks at fewer false alarms than the published methods, on the same frames? Runs ours on each
# set, with the poses that the adjustment finds and with the recorded ones, and the five methods on the mosaics of these runs;
# prints one table. With registered poses theirs get the survey's shift against the map, too.
#   benchmarks/baselines.sh THERMOLEAK THERMOLEAK_BASELINES SET...
# A set is a folder with frames/, network.gpkg (or .geojson), truth/, and perhaps dem.tif and buildings.geojson. Runs are
# kept in $WORK (else a temporary folder); a complete one is not made again.
set -euo pipefail
if [ $# -lt 3 ]; then
  sed -n '5p' "$0" >&2
  exit 2
fi
thermoleak=$(realpath "$1")
baselines=$(realpath "$2")
shift 2
here=$(realpath "$(dirname "$0")")
work=${WORK:-$(mktemp -d)}
echo '| set | poses | method | AP | recall at 0.3 | at 1 | at 5 false alarms per km | own threshold: recall | false alarms per km |'
echo '|---|---|---|---|---|---|---|---|---|'
for set in "$@"; do
  set=$(realpath "$set")
  network=$set/network.gpkg
  [ -e "$network" ] || network=$set/network.geojson
  dem=()
  [ ! -e "$set/dem.tif" ] || dem=(--dem "$set/dem.tif")
  buildings=()
  [ ! -e "$set/buildings.geojson" ] || buildings=(--buildings "$set/buildings.geojson")
  for poses in registered recorded; do
    out=$work/$(basename "$set")/$poses
    mkdir -p "$out"
    adjust=true
    flag=()
    [ "$poses" = registered ] || { adjust=false; flag=(--recorded); }
    # 1: done, some frames set aside
    "$thermoleak" run "$set/frames" --network "$network" "${dem[@]}" "${buildings[@]}" --adjust.enabled "$adjust" \
        --out "$out/ours" > "$out/ours.log" 2>&1 || [ $? -eq 1 ]
    "$baselines" "$out/ours" --network "$network" "${buildings[@]}" "${flag[@]}" --out "$out" \
        --forest "$here/baselines/forest_$poses.yml.gz"
    for method in ours constant triangle log saliency forest; do
      "$thermoleak" evaluate "$out/$method" --truth "$set/truth" --json |
        jq -r --arg row "| $(basename "$set") | $poses | $method |" '
          def two: if . == null then "-" else . * 100 | round / 100 | tostring end;
          def at($rate): [.froc[] | select(.false_alarms_per_km == $rate)][0].recall;
          [$row, ([.average_precision, at(0.3), at(1), at(5), .recall, .false_alarms_per_km] | map(two) | join(" | ")), "|"]
          | join(" ")'
    done
  done
done
