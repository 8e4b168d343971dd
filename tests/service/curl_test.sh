#!/bin/sh
# An upload by hand with curl alone: login, token, creation, half of the bytes, HEAD, the rest, commit.
set -eu
name=curl_test
. "$(dirname "$0")/by_hand.sh"
begin "$work/data"

scan=$(api -H 'Content-Type: application/json' -d '{"area":"north","flown_on":"2026-01-15"}' "$url/scans" | jq -r .id)
head -c 3000000 /dev/urandom >"$work/frame.jpg"
hash=$(sha256sum "$work/frame.jpg" | cut -d' ' -f1)
location=$(api -D - -o /dev/null -X POST -H 'Tus-Resumable: 1.0.0' -H 'Upload-Length: 3000000' \
  -H "Upload-Metadata: filename $(b64 frame.jpg),path $(b64 DCIM/frame.jpg),scan $(b64 "$scan"),sha256 $(b64 "$hash")" \
  "$url/uploads" | tr -d '\r' | sed -n 's/^Location: //p')
upload=${url%/api/v1}$location
head -c 1000000 "$work/frame.jpg" | api -X PATCH -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 0' \
  -H 'Content-Type: application/offset+octet-stream' --data-binary @- "$upload"
offset=$(api -I -H 'Tus-Resumable: 1.0.0' "$upload" | tr -d '\r' | sed -n 's/^Upload-Offset: //p')
[ "$offset" = 1000000 ] || fail "offset is $offset"
# In chunks without a length, and after 100-continue, as curl sends a file from a pipe.
tail -c +1000001 "$work/frame.jpg" | api -X PATCH -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 1000000' \
  -H 'Content-Type: application/offset+octet-stream' -H 'Expect: 100-continue' -T - "$upload"
api -H 'Content-Type: application/json' -d '{}' "$url/scans/$scan/commit" | jq -e '.state == "committed" and .files == 1' >/dev/null ||
  fail "not committed"
found=$(sha256sum "$work/data/blobs/$(printf %s "$hash" | cut -c1-2)/$hash" | cut -d' ' -f1)
[ "$found" = "$hash" ] || fail "hash is $found"
[ "$(jq -r '.files[0].path' "$work/data/scans/$scan/manifest.json")" = DCIM/frame.jpg ] || fail "path in the manifest"
curl -sS "${url%/api/v1}/metrics" | grep -q '^thermoleak_received_bytes_total 30' || fail "metrics"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/hazards")" = 401 ] || fail "open to strangers"
echo "curl: uploaded, committed, hash equal"
