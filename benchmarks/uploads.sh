#!/bin/bash
# How fast do uploads arrive? The same files by cp, by cp and sync (an upload is on the disk when it is acknowledged), and
# by `thermoleak upload` and by curl to `thermoleak serve` on this machine.
#   benchmarks/uploads.sh THERMOLEAK [FILES [MEGABYTES [REPEATS]]]      1500 files, 2000 MB, 3 times; needs 14 times the space
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
  mkdir -p "$work/fresh$round/100MEDIA"  # contents that this service has not seen yet
  for file in "$work"/card/100MEDIA/*; do { head -c 16 /dev/urandom; tail -c +17 "$file"; } >"$work/fresh$round/100MEDIA/${file##*/}"; done
  rm -f "$work/card/.thermoleak-upload.json"
  sync; b=$(now)
  THERMOLEAK_TOKEN=$token "$thermoleak" upload "$work/card" --to "${url%/api/v1}" --area north >/dev/null 2>&1
  e=$(now); line "thermoleak upload" "$b" "$e"
  # The service alone: a client that hashes nothing, on the same two cores.
  scan=$(api -H 'Content-Type: application/json' -d '{"area":"north","flown_on":"2026-01-15"}' "$url/scans" | jq -r .id)
  for file in "$work"/fresh$round/100MEDIA/*; do
    printf 'next\nurl = "%s/uploads"\nrequest = POST\nsilent\noutput = /dev/null\nheader = "Authorization: Bearer %s"\n' "$url" "$token"
    printf 'header = "Tus-Resumable: 1.0.0"\nheader = "Upload-Length: %s"\n' "$(stat -c %s "$file")"
    printf 'header = "Content-Type: application/offset+octet-stream"\nheader = "Expect:"\n'
    printf 'header = "Upload-Metadata: filename %s,scan %s"\ndata-binary = "@%s"\n' "$(b64 "${file##*/}")" "$(b64 "$scan")" "$file"
  done | tail -n +2 >"$work/curl$round"
  sync; b=$(now); curl --parallel --parallel-max 4 -K "$work/curl$round" 2>/dev/null; e=$(now); line "curl, four at a time" "$b" "$e"
  api "$url/scans/$scan" | jq -e ".file_count == $files" >/dev/null || fail "files were lost"
  awk '/VmHWM/ { printf "%-22s %6.0f MB\n", "  service, peak memory", $2 / 1024 }' /proc/$server/status
  kill $server && wait $server 2>/dev/null || true
done
