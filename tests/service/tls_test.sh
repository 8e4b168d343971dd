#!/bin/sh
# TLS by certificate files: curl and the laptop's client trust what they are told to trust and nothing else.
set -eu
name=tls_test
. "$(dirname "$0")/by_hand.sh"
certificate() {  # NAME SUBJECT ALTERNATIVE
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$2" \
    -addext "subjectAltName=$3" -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate ours localhost DNS:localhost,IP:127.0.0.1
certificate theirs localhost DNS:localhost,IP:127.0.0.1
certificate elsewhere other.example DNS:other.example
curl_options="--cacert $work/ours.pem"
begin "$work/data" --cert "$work/ours.pem" --key "$work/ours.key"
case $url in https://*) ;; *) fail "the address is $url" ;; esac
base=${url%/api/v1}

head=$(ask -D - -o /dev/null "$base/" | tr -d '\r')
echo "$head" | grep -qi '^strict-transport-security:' || fail "no Strict-Transport-Security"
grep -q 'TRUE.*thermoleak' "$work/jar" || fail "the session's cookie is not Secure"
for version in 1.0 1.1; do
  ! curl -s --cacert "$work/ours.pem" --tls-max $version -o /dev/null "$base/healthz" || fail "TLS $version is accepted"
done
! curl -s --cacert "$work/theirs.pem" -o /dev/null "$base/healthz" || fail "another certificate is trusted"
# Plain HTTP on that port ends, and the service lives.
! curl -s --max-time 20 -o /dev/null "http${base#https}/healthz" || fail "plain HTTP is answered"
ask -o /dev/null "$base/healthz"

mkdir -p "$work/card/100MEDIA"
for i in 1 2 3; do head -c 3000000 /dev/urandom >"$work/card/100MEDIA/frame$i.jpg"; done
send() { THERMOLEAK_TOKEN=$token "$program" --lang en upload "$work/card" --to "$base" --area north --patience 3 "$@"; }
! send 2>"$work/refusal" || fail "uploads to a certificate that nobody vouches for"
grep -q certificate "$work/refusal" || fail "refused with: $(cat "$work/refusal")"
! send --ca "$work/theirs.pem" 2>/dev/null || fail "uploads to another's certificate"
send --ca "$work/ours.pem" 2>/dev/null | grep -q committed || fail "not committed"
(cd "$work/card" && sha256sum 100MEDIA/*) | while read -r hash path; do
  cmp "$work/card/$path" "$work/data/blobs/$(printf %s "$hash" | cut -c1-2)/$hash" || fail "$path differs"
done

# A certificate for another name, a key that is not its key, a file that is none.
kill $server && wait $server 2>/dev/null || true
start "$work/data" --cert "$work/elsewhere.pem" --key "$work/elsewhere.key"
! send --ca "$work/elsewhere.pem" 2>/dev/null || fail "uploads to another host's certificate"
for pair in "ours.pem theirs.key" "card/100MEDIA/frame1.jpg ours.key" "ours.pem none.key"; do
  code=0
  timeout 20 "$program" --lang en serve --data "$work/other" --port 0 --cert "$work/${pair% *}" --key "$work/${pair#* }" \
    >/dev/null 2>"$work/refusal" || code=$?
  [ $code = 2 ] && [ "$(wc -l <"$work/refusal")" = 1 ] || fail "$pair: code $code, $(cat "$work/refusal")"
done
echo "TLS: ours is trusted, others' are not"
