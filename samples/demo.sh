#!/usr/bin/env bash
# The main job on the sample survey: installs what is missing, builds, simulates a winter night's flight over a small
# district with known leaks, looks for them, and compares with the truth. Says where the report is.
#   samples/demo.sh [zh|en]
set -euo pipefail
cd "$(dirname "$0")/.."
lang=${1:-}
. cmake/ensure_packages.sh
ensure_packages cmake/debian-packages.txt
cmake --preset release >/dev/null
cmake --build --preset release --target thermoleak
thermoleak() { build/release/bin/thermoleak "$@" ${lang:+--lang "$lang"}; }

out=out/demo
if [ ! -e "$out/survey/scenario.json" ]; then
  rm -rf "$out/survey"
  thermoleak simulate samples/street.toml --out "$out/survey"
fi
status=0
thermoleak run "$out/survey/frames" --network "$out/survey/network.gpkg" --out "$out/result" || status=$?
[ "$status" -le 1 ] || exit "$status"   # 1: done, but some inputs were put aside
thermoleak evaluate "$out/result" --truth "$out/survey/truth"
echo
echo "Report: $PWD/$out/result/report.html"
