#!/bin/bash
# How fast do uploads arrive? The same files by cp, by cp and sync (an upload is on the disk when it is acknowledged), and
# by `thermoleak upload` to `thermoleak serve` on this machine.
#   benchmarks/uploads.sh THERMOLEAK [FILES [MEGABYTES [REPEATS]]]      1500 files, 2000 MB, 3 times; needs twice the space
set -euo pipefail
if [ $# -lt 1 ]; then
  sed -n '4p' "$0" >&2
  exit 2
fi
thermoleak=$(realpath "$1")
files=${2:-1500} megabytes=${3:-2000} repeats=${4:-3}
name=uploads
set -- "$thermoleak"
. "$(dirname "$0")/../tests/service/by_hand.sh"
mkdir -p "$work/card/100MEDIA"
for i in $(seq "$files"); do
  head -c $((megabytes * 1000000 / files * (40 + RANDOM % 121) / 100)) /dev/urandom >"$work/card/100MEDIA/DJI_$i.JPG"
done
bytes=$(du -sb "$work/card" | cut -f1)
sync
now() { date +%s.%N; }
line() { # NAME BEGIN END
  awk -v name="$1" -v b="$2" -v e="$3" -v n="$bytes" 'BEGIN { printf "%-22s %6.2f s %7.0f MB/s\n", name, e - b, n / 1e6 / (e - b) }'
}
# What was deleted a moment ago slows down some file systems: all stays until the end, and each way begins on a calm disk.
for round in $(seq "$repeats"); do
  b=$(now); cp -r "$work/card" "$work/copy$round"; e=$(now); line cp "$b" "$e"
  sync; b=$(now); cp -r "$work/card" "$work/durable$round"; sync; e=$(now); line "cp, on the disk" "$b" "$e"
  begin "$work/data$round"
  rm -f "$work/card/.thermoleak-upload.json"
  sync; b=$(now)
  THERMOLEAK_TOKEN=$token "$thermoleak" upload "$work/card" --to "${url%/api/v1}" --area north >/dev/null 2>&1
  e=$(now); line "thermoleak upload" "$b" "$e"
  awk '/VmHWM/ { printf "%-22s %6.0f MB\n", "  service, peak memory", $2 / 1024 }' /proc/$server/status
  kill $server && wait $server 2>/dev/null || true
done
