#!/usr/bin/env bash
# The clients of both documents against `tollgate serve`, in JavaScript, TypeScript and Python.
#
#     tests/clients/run.sh [PATH_OF_TOLLGATE]
#
# Without a path the binary is built (debug). Needs node 20 or newer with npm, python 3.9 or newer with venv, and
# timeout of coreutils. `typescript` and `requests` are fetched once, in fixed versions, into
# target/clients; nothing is installed elsewhere. Prints `N passed, N failed` and exits with 1 if a check failed,
# with 2 if the checks could not be run. The checks take about fifteen seconds, and never more than a minute each.
set -euo pipefail

readonly TYPESCRIPT=5.9.3 REQUESTS=2.32.5
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/clients
mkdir -p "$work"

refuse() {
    echo "error: $*" >&2
    exit 2
}

servers=()
log=$(mktemp -d "$work/run.XXXXXX")
end() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    rm -rf "$log"
}
trap end EXIT

if [ $# -gt 0 ]; then
    tollgate=$1
else
    (cd "$root" && cargo build --quiet) || refuse "tollgate cannot be built"
    tollgate=$root/target/debug/tollgate
fi
[ -x "$tollgate" ] || refuse "no program at $tollgate"
for tool in node npm python3 timeout; do command -v "$tool" >/dev/null || refuse "$tool is missing"; done

tsc=$work/npm/node_modules/typescript/bin/tsc
if [ "$(node "$tsc" --version 2>/dev/null)" != "Version $TYPESCRIPT" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work/npm" "typescript@$TYPESCRIPT" ||
        refuse "typescript $TYPESCRIPT cannot be fetched"
fi
python=$work/venv/bin/python
if [ "$("$python" -c 'import requests; print(requests.__version__)' 2>/dev/null)" != "$REQUESTS" ]; then
    python3 -m venv "$work/venv" && "$python" -m pip install --quiet --disable-pip-version-check "requests==$REQUESTS" ||
        refuse "requests $REQUESTS cannot be fetched"
fi
# The compiler checks the client and its use, too.
node "$tsc" --strict --allowJs --target es2022 --module es2022 --moduleResolution bundler --lib es2022,dom \
    --rootDir "$here" --outDir "$work/js" "$here/request_driver.ts" || refuse "the TypeScript does not compile"
echo '{ "type": "module" }' >"$work/js/package.json"

# Starts a server and waits for its ready line; leaves origin in `ready`.
serve() {
    "$tollgate" serve --port 0 --limit 1000/60s >"$log/ready" 2> >(grep -v '^stopping$' >&2) &
    servers+=($!)
    for _ in $(seq 100); do
        ready=$(sed -n 's/^ready //p' "$log/ready")
        [ -z "$ready" ] || return 0
        kill -0 "$!" 2>/dev/null || break
        sleep 0.1
    done
    refuse "tollgate serve does not get ready"
}

# One that is down, and one that is not.
serve
kill "${servers[0]}"
wait "${servers[0]}" || refuse "tollgate serve did not stop cleanly"
export STOPPED=$ready
serve
export ORIGIN=$ready NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 PYTHONDONTWRITEBYTECODE=1
KEYS=$("$tollgate" serve --keys)
export KEYS

passed=0 failed=0
drive() {
    local name=$1 code=0 good bad
    shift
    echo "== $name"
    timeout 60 "$@" | tee "$log/output" || code=$?
    good=$(grep -c '^ok ' "$log/output" || true)
    bad=$(grep -c '^FAILED ' "$log/output" || true)
    # A driver that broke off, or checked nothing, has failed even if none of its checks did.
    if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$good" -eq 0 ]; }; then
        echo "FAILED the driver itself: exit code $code after $good checks"
        bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
}

drive "flat, JavaScript" node "$here/lead_driver.mjs"
drive "nested, TypeScript" node "$work/js/request_driver.js"
# Python gets a server of its own: the day of the daily key is over on the other one.
serve
export ORIGIN=$ready
drive "flat, Python" "$python" "$here/lead_driver.py"
drive "nested, Python" "$python" "$here/request_driver.py"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
