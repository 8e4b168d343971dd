#!/usr/bin/env bash
# Installs what is missing, builds and passes the tests. A second call rebuilds nothing.
#   tests/run.sh [PRESET]     dev (default: warnings are errors, assertions on), release, asan, tsan, fuzz (needs clang)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-dev}
. cmake/ensure_packages.sh
ensure_packages cmake/debian-packages.txt
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
# The pages in a browser measure times, which only a quiet machine can: WITH_BROWSER=1 adds them. What fails is tried once more.
browser=(-LE browser)
[ -n "${WITH_BROWSER:-}" ] && browser=()
ctest --preset "$preset" -j "$(nproc)" --repeat until-pass:2 "${browser[@]}"
