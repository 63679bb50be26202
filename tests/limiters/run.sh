#!/usr/bin/env bash
# `tollgate limits` against limiters that others wrote: what it says of each, and whether that is true.
#
#     tests/limiters/run.sh [NAME...]        default: all of them, about four minutes
#     TOLLGATE=... tests/limiters/run.sh     with this program instead of a debug build
#
# Needs bash 4.3 or newer, nginx, node 20 or newer with npm, and cargo. Packages come from npm and crates.io in the
# versions of the lock files, into target/limiters; nothing is installed elsewhere. Each limiter is started on a free
# port of this machine with a limit of 20 requests in 2 s for each API key, probed with four keys and a fixed seed, and
# stopped. The logs stay in target/limiters/logs. A run of all limiters writes docs/real-limiters.md anew.
#
# Exits with 1 if a rule fails that expected.json does not explain (a false alarm, until it is checked by hand), or if
# one passes that is explained there (a fault that was missed), or if nothing was sent; with 2 if something is missing.
set -euo pipefail

readonly ALL=(nginx-nodelay nginx-nodelay-429 nginx-delay nginx-no-burst nginx-return express-rate-limit
    express-rate-limit-draft-8 rate-limiter-flexible fastify-rate-limit tower_governor)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/limiters
logs=$work/logs
mkdir -p "$logs" "$work/files/v1"
PATH=$PATH:/usr/sbin:/usr/local/sbin

refuse() {
    echo "error: $*" >&2
    exit 2
}

need() { # need PROGRAM HOW-TO-GET-IT
    command -v "$1" >/dev/null || refuse "$1 is missing: $2"
}

server=
stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    [[ -z $server ]] || wait "$server" 2>/dev/null || true
    server=
}
trap stop EXIT

names=("$@")
[[ $# -gt 0 ]] || names=("${ALL[@]}")
for name in "${names[@]}"; do
    [[ " ${ALL[*]} " == *" $name "* ]] || refuse "no limiter is called $name; there are: ${ALL[*]}"
done
need node "get it from nodejs.org or your system's packages"
need npm "it comes with node"
[[ " ${names[*]} " != *nginx* ]] || need nginx "apt-get install nginx, or brew install nginx"
tollgate=${TOLLGATE:-$root/target/debug/tollgate}
if [[ -z ${TOLLGATE:-} ]]; then
    (cd "$root" && cargo build --quiet) || refuse "tollgate cannot be built"
fi
[[ -x $tollgate ]] || refuse "no program at $tollgate"

cp "$here"/*.mjs "$here"/package.json "$here"/package-lock.json "$work"
(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) || refuse "the npm packages cannot be installed"
if [[ " ${names[*]} " == *tower_governor* ]]; then
    CARGO_TARGET_DIR=$work/governor cargo build --quiet --locked --manifest-path "$here/governor/Cargo.toml" ||
        refuse "the server of tower_governor cannot be built"
fi

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# Starts a program that prints its origin; sets `origin`.
start() {
    : >"$work/origin" # the one before may have left its own
    "$@" >"$work/origin" 2>"$work/errors" &
    server=$!
    for _ in {1..200}; do
        origin=$(grep -om1 'http://[0-9.:]*' "$work/origin" || true)
        [[ -z $origin ]] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/errors" >&2
    refuse "$* does not start"
}

# Starts nginx with one form of limit_req; sets `origin`.
start_nginx() {
    local port conf
    port=$(free_port)
    conf=$(<"$here/nginx.conf")
    conf=${conf//@WORK@/$work}
    conf=${conf//@PORT@/$port}
    printf '%s\n' "${conf//@FORM@/$1}" >"$work/nginx.conf"
    printf '{"items":[]}' >"$work/files/v1/items"
    origin=http://127.0.0.1:$port
    nginx -p "$work" -c "$work/nginx.conf" -e "$work/nginx.log" &
    server=$!
    for _ in {1..200}; do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    refuse "nginx does not start"
}

# Starts a limiter; sets `origin`, `version` and `promises`.
launch() {
    promises=(--semantics fixed-window)
    case $1 in
    nginx-*)
        version=$(nginx -v 2>&1 | sed 's/.*nginx\///; s/ .*//')
        promises=(--semantics bucket --burst 20)
        ;;&
    nginx-nodelay) start_nginx 'limit_req zone=keys burst=19 nodelay;' ;;
    nginx-nodelay-429) start_nginx 'limit_req zone=keys burst=19 nodelay; limit_req_status 429;' ;;
    nginx-delay) start_nginx 'limit_req zone=keys burst=19; limit_req_status 429;' ;;
    nginx-no-burst)
        start_nginx 'limit_req zone=keys; limit_req_status 429;'
        promises=(--semantics bucket --burst 1)
        ;;
    nginx-return) start_nginx "limit_req zone=keys burst=19 nodelay; return 200 '{\"items\":[]}';" ;;
    tower_governor)
        version=$(sed -n '/name = "tower_governor"/{n;s/version = "\(.*\)"/\1/p}' "$here/governor/Cargo.lock")
        promises=(--semantics bucket --burst 20)
        start "$work/governor/debug/governor-server"
        ;;
    *)
        local script=${1%-draft-8}
        local package=${script/#fastify-/@fastify/}
        version=$(node -p "require('$work/node_modules/$package/package.json').version")
        unset HEADERS
        [[ $1 != *-draft-8 ]] || export HEADERS=draft-8
        start node "$work/$script.mjs"
        ;;
    esac
}

for name in "${names[@]}"; do
    launch "$name"
    code=0
    "$tollgate" limits --target "$origin" --request 'GET /v1/items' --limit 20/2s "${promises[@]}" --seed 7 \
        --key k1-9f3b7c21 --key k2-5d0e8a34 --key k3-c7726b1f --key k4-e1948d60 \
        --max-seconds 180 --record "$logs/$name.log" --report "json=$logs/$name.json" \
        >"$logs/$name.txt" 2>&1 || code=$?
    [[ $code -le 1 || $code -eq 3 ]] || { cat "$logs/$name.txt" >&2; refuse "the probe of $name ended with $code"; }
    stop
    printf '%s\t%s\n' "$version" "${promises[*]}" >"$logs/$name.about"
    printf '%-28s %s\n' "$name $version" "$(tail -1 "$logs/$name.txt")"
done

written=$logs/table.md
[[ ${#names[@]} -ne ${#ALL[@]} ]] || written=$root/docs/real-limiters.md
node "$here/table.mjs" "$logs" "$here/expected.json" "$written" "${names[@]}"
