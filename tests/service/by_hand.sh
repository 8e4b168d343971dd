# For tests that talk to a service with curl alone: sourced, after `name` is set.
#   begin DATA [SERVE ARGUMENTS]   starts a service on a data folder with one area, logs in, and makes a token
#   api ARGUMENTS                  curl with that token
# Sets url (of the API), token, server (its process); curl_options are added to every call.
program=$1
work=$(mktemp -d)
server=
curl_options=
trap 'kill $server 2>/dev/null || true; [ -z "$server" ] || wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
fail() {
  echo "$name: $1" >&2
  [ ! -s "$work/log" ] || cat "$work/log" >&2
  exit 1
}
ask() { curl -sS --fail-with-body $curl_options -b "$work/jar" -c "$work/jar" "$@"; }
api() { curl -sS --fail-with-body $curl_options -H "Authorization: Bearer $token" "$@"; }
b64() { printf %s "$1" | base64 -w0; }
start() {
  data=$1
  shift
  : >"$work/log"
  "$program" --lang en serve --data "$data" --port 0 --no-jobs "$@" >"$work/log" 2>&1 &
  server=$!
  for i in $(seq 100); do
    grep -q "^Listening on" "$work/log" && break
    kill -0 $server 2>/dev/null || fail "it does not start"
    sleep 0.1
  done
  url=$(sed -n 's/^Listening on \(https*:[^ ]*\)\/ .*/\1/p' "$work/log")/api/v1
}
begin() {
  mkdir -p "$1/maps"
  cat >"$1/config.toml" <<'TOML'
[[area]]
id = "north"
name = "North"
network = "maps/north.geojson"
TOML
  cat >"$1/maps/north.geojson" <<'JSON'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"pipe_id":"P1"},"geometry":{"type":"LineString","coordinates":[[123.4,41.8],[123.41,41.8]]}}]}
JSON
  start "$@"
  password=$(sed -n 's/.*one-time password \([^ ]*\) .*/\1/p' "$work/log")
  csrf=$(ask -H 'Content-Type: application/json' -d "{\"name\":\"admin\",\"password\":\"$password\"}" "$url/session" | jq -r .csrf)
  ask -H "X-CSRF-Token: $csrf" -H 'Content-Type: application/json' \
    -d "{\"old\":\"$password\",\"new\":\"a long password\"}" "$url/password" >/dev/null
  token=$(ask -H "X-CSRF-Token: $csrf" -H 'Content-Type: application/json' -d '{"name":"curl"}' "$url/tokens" | jq -r .token)
}
