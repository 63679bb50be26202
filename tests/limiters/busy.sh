#!/usr/bin/env bash
# False alarms on real sockets: clean limiters of `tollgate serve`, on a quiet machine and on one that is kept busy.
#
#     tests/limiters/busy.sh                     every algorithm, at 5/1s and 20/2s, three seeds: about 20 minutes
#     SEEDS=10 JOBS=2 tests/limiters/busy.sh     more seeds; fewer probes at the same time
#     MODES=busy SIZES=5/1s tests/limiters/busy.sh gcra ban
#     TOLLGATE=... tests/limiters/busy.sh        with this program instead of a debug build
#
# Busy means a process for each core that never sleeps, beside servers and probers. Prints a Markdown table: runs,
# failures, warnings and doubts by rule, each with the number of runs. A clean limiter that fails is a false alarm: the
# run is named, its log stays in target/limiters/busy, and the exit code is 1. Doubts are allowed, failures are not.
# Needs bash 4.3 or newer, node, and timeout and nproc of coreutils.
set -euo pipefail

readonly SEEDS=${SEEDS:-3} JOBS=${JOBS:-4} MODES=${MODES:-quiet busy} SIZES=${SIZES:-5/1s 20/2s}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/limiters/busy
rm -rf "$work"
mkdir -p "$work"

algorithms=("$@")
[[ $# -gt 0 ]] || algorithms=(fixed-window fixed-window-clock sliding-log sliding-log-rejects sliding-counter
    token-bucket gcra interval-refill ban ban-extending)
for tool in node timeout nproc; do
    command -v "$tool" >/dev/null || { echo "error: $tool is missing" >&2; exit 2; }
done
tollgate=${TOLLGATE:-$root/target/debug/tollgate}
[[ -n ${TOLLGATE:-} ]] || (cd "$root" && cargo build --quiet)
[[ -x $tollgate ]] || { echo "error: no program at $tollgate" >&2; exit 2; }

keys=()
for key in $("$tollgate" serve --keys |
    node -p 'const k = JSON.parse(require("fs").readFileSync(0)); ["api_key", "second_key", "other_workspace_key"].map((name) => k[name].key).join(" ")'); do
    keys+=(--key "$key")
done

burners=()
cool() {
    for pid in "${burners[@]}"; do kill "$pid" 2>/dev/null || true; done
    burners=()
}
trap cool EXIT
heat() {
    for ((core = 0; core < $(nproc); core++)); do
        timeout 3600 bash -c 'while :; do :; done' &
        burners+=($!)
    done
}

# One run; its report, log and text lie beside each other in the folder of all runs.
probe() {
    local mode=$1 size=$2 algorithm=$3 seed=$4
    local run=$work/$mode.${size%/*}.$algorithm.$seed server origin= code=0
    local serve=() promises=(--semantics unspecified)
    case $algorithm in
    fixed-window*) promises=(--semantics fixed-window) ;;
    sliding-log) promises=(--semantics any-window --counts-rejects no) ;;
    sliding-log-rejects) promises=(--semantics any-window --counts-rejects yes) ;;
    token-bucket | gcra) promises=(--semantics bucket) ;;
    interval-refill) serve=(--refill "$([[ $size == 5/* ]] && echo 200ms || echo 400ms)") ;;
    ban*) serve=(--ban "${size#*/}") promises=(--semantics any-window --counts-rejects yes) ;;
    esac
    : >"$run.ready"
    "$tollgate" serve --port 0 --limit "$size" --algorithm "$algorithm" "${serve[@]}" >"$run.ready" 2>/dev/null &
    server=$!
    for _ in {1..200}; do
        origin=$(grep -om1 'http://[0-9.:]*' "$run.ready" || true)
        [[ -z $origin ]] || break
        sleep 0.05
    done
    timeout 300 "$tollgate" limits --target "$origin" --contract propertybase-v1 --request 'GET /leads' \
        --write 'POST /leads' --body '{"name":"Ada","email":"{{marker}}@example.com"}' \
        --list 'GET /leads?limit=100' --limit "$size" "${promises[@]}" --seed "$seed" "${keys[@]}" \
        --max-seconds 180 --record "$run.log" --report "json=$run.json" >"$run.txt" 2>&1 || code=$?
    kill "$server"
    wait "$server" 2>/dev/null || true
    [[ -s $run.json ]] || echo "no verdict: $run.txt, exit code $code" >&2
}

for mode in $MODES; do
    [[ $mode != busy ]] || heat
    for size in $SIZES; do
        for ((seed = 1; seed <= SEEDS; seed++)); do
            for algorithm in "${algorithms[@]}"; do
                while [[ $(jobs -rp | wc -l) -ge $((JOBS + ${#burners[@]})) ]]; do
                    wait -n || true
                done
                probe "$mode" "$size" "$algorithm" "$seed" &
            done
        done
    done
    for pid in $(jobs -rp); do
        [[ " ${burners[*]} " == *" $pid "* ]] || wait "$pid" || true
    done
    cool
done

node "$here/busy.mjs" "$work"
