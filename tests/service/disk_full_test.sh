#!/bin/sh
# A disk that fills up during uploads: refused in words, nothing half-done counts, and the same clients go on when
# there is space again. On a disk of its own (tmpfs in a mount namespace; 77 where there is none).
set -eu
if [ "${1:-}" != inside ]; then
  unshare -Urm true 2>/dev/null || exit 77
  exec unshare -Urm "$0" inside "$1"
fi
shift
name=disk_full_test
. "$(dirname "$0")/by_hand.sh"
mkdir "$work/disk" "$work/card"
mount -t tmpfs -o size=300m small "$work/disk"
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; umount -l "$work/disk"; rm -rf "$work"' EXIT
begin "$work/disk/data"
free_mb() { df -BM --output=avail "$work/disk" | tail -1 | tr -dc 0-9; }

scan=$(api -H 'Content-Type: application/json' -d '{"area":"north","flown_on":"2026-01-15"}' "$url/scans" | jq -r .id)
head -c 12000000 /dev/urandom >"$work/frame.jpg"
hash=$(sha256sum "$work/frame.jpg" | cut -d' ' -f1)
create() {
  api -D - -o "$work/answer" -X POST -H 'Tus-Resumable: 1.0.0' -H 'Upload-Length: 12000000' \
    -H "Upload-Metadata: filename $(b64 frame.jpg),path $(b64 frame.jpg),scan $(b64 "$scan"),sha256 $(b64 "$hash")" "$url/uploads"
}
upload=${url%/api/v1}$(create | tr -d '\r' | sed -n 's/^Location: //p')

# It fills up while bytes arrive: the offset is what reached the disk.
head -c $(($(free_mb) - 4))M /dev/zero >"$work/disk/others"
status=$(curl -sS -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $token" -X PATCH -H 'Tus-Resumable: 1.0.0' \
  -H 'Upload-Offset: 0' -H 'Content-Type: application/offset+octet-stream' --data-binary @"$work/frame.jpg" "$upload")
[ "$status" = 507 ] || fail "filling up: status $status"
jq -e .error.message "$work/answer" >/dev/null || fail "no sentence: $(cat "$work/answer")"
# New uploads are refused before a byte is sent.
status=$(curl -sS -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $token" -X POST -H 'Tus-Resumable: 1.0.0' \
  -H 'Upload-Length: 1000' "$url/uploads")
[ "$status" = 507 ] || fail "full: status $status"
# Reading goes on, and so does what was under way, once there is space.
api -o /dev/null "$url/scans"
rm "$work/disk/others"
offset=$(api -I -H 'Tus-Resumable: 1.0.0' "$upload" | tr -d '\r' | sed -n 's/^Upload-Offset: //p')
[ "$offset" -lt 12000000 ] || fail "offset $offset on a full disk"
tail -c +$((offset + 1)) "$work/frame.jpg" | api -X PATCH -H 'Tus-Resumable: 1.0.0' -H "Upload-Offset: $offset" \
  -H 'Content-Type: application/offset+octet-stream' --data-binary @- "$upload"
api -H 'Content-Type: application/json' -d '{}' "$url/scans/$scan/commit" | jq -e '.files == 1' >/dev/null || fail "not committed"
cmp "$work/frame.jpg" "$work/disk/data/blobs/$(printf %s "$hash" | cut -c1-2)/$hash" || fail "the frame differs"

# The laptop's client waits, and ends by itself when somebody has made space.
for i in 1 2 3 4; do head -c 3000000 /dev/urandom >"$work/card/frame$i.jpg"; done
head -c $(($(free_mb) - 1))M /dev/zero >"$work/disk/others"
THERMOLEAK_TOKEN=$token "$program" --lang en upload "$work/card" --to "${url%/api/v1}" --area north --patience 60 \
  >"$work/sent" 2>&1 &
client=$!
sleep 2
kill -0 $client || fail "the client gave up: $(cat "$work/sent")"
rm "$work/disk/others"
wait $client || fail "the client failed: $(cat "$work/sent")"
(cd "$work/card" && sha256sum *.jpg) | while read -r hash path; do
  cmp "$work/card/$path" "$work/disk/data/blobs/$(printf %s "$hash" | cut -c1-2)/$hash" || fail "$path differs"
done

# Killed on the full disk: it starts again, and the store is sound.
head -c $(($(free_mb) - 1))M /dev/zero >"$work/disk/others"
kill -9 $server && wait $server 2>/dev/null || true
rm "$work/disk/others"
start "$work/disk/data"
api "$url/scans" | jq -e '[.items[] | select(.state == "committed")] | length == 2' >/dev/null || fail "scans were lost"
[ "$(sqlite3 "$work/disk/data/service.sqlite" 'PRAGMA integrity_check')" = ok ] || fail "the store is damaged"
echo "full disk: refused in words, went on, nothing lost"
