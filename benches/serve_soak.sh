#!/usr/bin/env bash
# A million requests in flat memory: drives `tollgate serve` (release build) and watches its resident memory.
#
#     benches/serve_soak.sh [REQUESTS]        default 1000000
#
# Half of the requests create a lead, half list leads; every answer has to be a success. Uses wrk if it is there,
# in rounds of five seconds until the number is reached, else examples/soak.rs. Prints requests, unexpected answers
# (socket errors included) and memory; exits with 1 if an answer was unexpected or memory grew by more than 64 MB.
# Needs ps.
set -euo pipefail

readonly REQUESTS=${1:-1000000} ROOM_KB=$((64 * 1024))
cd "$(dirname "$0")/.."
cargo build --quiet --release --bin tollgate --example soak
tollgate=target/release/tollgate

work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
mkfifo "$work/ready"
"$tollgate" serve --port 0 --limit 4294967295/60s >"$work/ready" &
server=$!
read -r _ origin <"$work/ready"
key=$("$tollgate" serve --keys | sed -n '/"api_key"/,/}/s/.*"key": "\(.*\)".*/\1/p')
resident() { ps -o rss= -p "$server" | tr -d ' '; }

cat >"$work/mix.lua" <<LUA
local threads, count = 0, 0
function setup(thread) thread:set("name", os.time() .. "-" .. threads); threads = threads + 1 end
function request()
    count = count + 1
    if count % 2 == 0 then return wrk.format("GET", "/v1/leads", { Authorization = "Bearer $key" }) end
    local headers = { Authorization = "Bearer $key", ["Content-Type"] = "application/json" }
    return wrk.format("POST", "/v1/leads", headers,
        string.format('{"name":"Ada","email":"ada-%s-%d@example.com"}', name, count))
end
LUA

# One round with wrk; adds to `sent` and `unexpected`.
round() {
    wrk -t 2 -c 32 -d 5s -s "$work/mix.lua" "$origin" >"$work/wrk"
    sent=$((sent + $(sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' "$work/wrk")))
    local bad errors
    bad=$(sed -n 's/.*Non-2xx or 3xx responses: //p' "$work/wrk")
    errors=$(sed -n 's/.*Socket errors: //p' "$work/wrk" | tr -dc '0-9\n ' | awk '{ print $1 + $2 + $3 + $4 }')
    unexpected=$((unexpected + ${bad:-0} + ${errors:-0}))
}

before=$(resident) sent=0 unexpected=0 most=0 began=$SECONDS
if command -v wrk >/dev/null; then
    while [ "$sent" -lt "$REQUESTS" ]; do
        round
        now=$(resident)
        most=$((now > most ? now : most))
    done
else
    read -r sent unexpected < <(target/release/examples/soak "${origin#http://}" "$key" "$REQUESTS")
    most=$(resident)
fi
echo "requests     $sent in $((SECONDS - began)) s"
echo "unexpected   $unexpected"
echo "memory       $((before / 1024)) MB before, $((most / 1024)) MB after"
[ "$sent" -ge "$REQUESTS" ] && [ "$unexpected" -eq 0 ] && [ $((most - before)) -le $ROOM_KB ]
