#!/bin/bash
# What does registration cost over an area, and does it grow with the frames? Simulates lawnmower lines over the sample's
# streets, larger, with pose errors of a usual drone (5,000 frames, 1.2 GB, a quarter of an hour), and registers the first
# 250, 500, ... of them; processor time against that of decoding, and peak memory.
#   benchmarks/area.sh BUILD_DIR [WORK_DIR]
set -euo pipefail
build=$(realpath "${1:?usage: area.sh BUILD_DIR [WORK_DIR]}")
work=${2:-$(mktemp -d)}
source_dir=$(realpath "$(dirname "$0")/..")
if [ ! -d "$work/area/frames" ]; then
  sed -e 's/^cell_m = \[2.5, 5.0\]/cell_m = [6.4, 12.8]/' -e 's/^pattern = "along".*/pattern = "lawnmower"\nside_overlap = 0.65/' \
      -e 's/^overlap = 0.7/overlap = 0.88/' -e 's/^gnss_bias_m = .*/gnss_bias_m = [2.1, -1.6]/' -e 's/^gnss_noise_m = .*/gnss_noise_m = 0.8/' \
      -e 's/^altitude_bias_m = .*/altitude_bias_m = 4/' -e 's/^altitude_noise_m = .*/altitude_noise_m = 0.4/' \
      -e 's/^yaw_bias_deg = .*/yaw_bias_deg = 3.5/' -e 's/^yaw_noise_deg = .*/yaw_noise_deg = 0.5/' -e 's/^pitch_bias_deg = .*/pitch_bias_deg = 1.0/' \
      -e 's/^roll_bias_deg = .*/roll_bias_deg = -0.8/' -e 's/^tilt_noise_deg = .*/tilt_noise_deg = 0.5/' \
      "$source_dir/samples/street.toml" > "$work/area.toml"
  "$build/bin/thermoleak" simulate "$work/area.toml" --out "$work/area"
fi
for n in 250 500 1000 2000 4000 5000; do
  rm -rf "$work/part" && mkdir "$work/part"
  find "$work/area/frames" -type f | sort | sed "${n}q" | xargs ln -s -t "$work/part"
  printf '%5d  ' "$n"
  /usr/bin/time -f '%M KB' "$build/benchmarks/thermoleak_registration" "$work/part" "$work/area/network.gpkg" "$work/area/truth/poses.csv" \
      --threads 1 2>&1 | grep -E '^cost|^adjusted|KB$' | tr -s ' ' | paste -sd'|'
done
rm -rf "$work/part"
