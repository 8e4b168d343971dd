#!/usr/bin/env bash
# The units in samples/systemd, as systemd itself reads them: no fault, no unknown key, and hardened.
#   systemd_test.sh UNITS_FOLDER THERMOLEAK
set -euo pipefail
units=$1 program=$2
command -v systemd-analyze >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The program's place on this machine instead of the installed one.
for unit in "$units"/*.service "$units"/*.timer; do
  sed "s|/usr/bin/thermoleak|$program|; s|^Documentation=.*||" "$unit" > "$work/$(basename "$unit")"
done
out=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=no \
      "$work"/*.service "$work"/*.timer 2>&1) || { echo "$out"; exit 1; }
# verify ends well with unknown keys: what it says is what counts.
if [ -n "$out" ]; then echo "$out"; exit 1; fi
echo 'a unit with a fault is seen:'
sed 's/^ProtectSystem=.*/ProtectSistem=strict/' "$work/thermoleak-nightly.service" > "$work/wrong.service"
systemd-analyze verify --man=no "$work/wrong.service" 2>&1 | grep ProtectSistem
for unit in thermoleak-serve thermoleak-nightly; do
  exposure=$(systemd-analyze security --offline=true "$work/$unit.service" 2>/dev/null |
             sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\).*/\1/p')
  echo "$unit: exposure $exposure of 10"
  awk -v e="$exposure" 'BEGIN { exit !(e != "" && e < 3.0) }'
done
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/thermoleak-nightly.timer")" >/dev/null
