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
# Once more what fails: a browser on a busy machine may be late.
ctest --preset "$preset" -j "$(nproc)" --repeat until-pass:2
