#!/usr/bin/env bash
# Measures `tollgate run` beside Hurl on a suite of 1,000 one-step scenarios, and prints the figures with their goals.
#
#   benches/run_suite.sh                     measures target/release/tollgate against the hurl on the PATH
#   TOLLGATE=... HURL=... benches/run_suite.sh   measures these programs
#   PAIRS=15 benches/run_suite.sh            more pairs than the usual 9, for a noisy machine
#
# Each scenario posts a lead with an invalid email and expects the status, the code, two values of the body and the
# request id; tollgate judges every answer by the contract propertybase-v1 as well. The targets are nginx, which gives
# a fixed answer with a new request id each time, and `tollgate serve`. The two programs take turns (A B A B ...)
# after a warm-up, with the same number of jobs; a figure is the median of its runs. CPU time and memory are those of
# the client process alone. It takes about a minute and ends after three in any case.
#
# It needs nginx, Hurl and python3, and says which of them it misses. Figures of a busy machine mean little: compare
# ratios, and only within one run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tollgate=${TOLLGATE:-$here/../target/release/tollgate}
hurl=${HURL:-$(command -v hurl || true)}
nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx || true)

missing=0
need() { # need PATH NAME HOW-TO-GET-IT
    if [[ ! -x $1 ]]; then
        echo "missing: $2; $3" >&2
        missing=1
    fi
}
need "$tollgate" tollgate "cargo build --release"
need "$hurl" hurl "cargo install hurl --locked (it builds on libcurl and libxml2)"
need "$nginx" nginx "apt-get install nginx, or brew install nginx"
need "$(command -v python3 || true)" python3 "apt-get install python3"
[[ $missing == 0 ]] || exit 2

work=$(mktemp -d)
started=()
clean_up() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
answer='{"success":false,"error":{"code":"VALIDATION_ERROR","message":"Request validation failed",'
answer+='"details":[{"field":"email","message":"Invalid email format"}],"request_id":"req_$request_id"}}'
cat > "$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log crit;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:$port;
        location / {
            default_type application/json;
            add_header X-Request-Id req_\$request_id always;
            return 422 '$answer';
        }
    }
}
CONF
"$nginx" -p "$work" -c "$work/nginx.conf" -e "$work/nginx.log" &
started+=($!)
"$tollgate" serve --port 0 --limit 100000000/60s > "$work/serve.out" 2> /dev/null &
started+=($!)
for _ in {1..100}; do
    reference=$(grep -o 'http://[0-9.:]*' "$work/serve.out" | head -1) && break
    sleep 0.05
done

TOLLGATE=$tollgate HURL=$hurl WORK=$work NGINX=http://127.0.0.1:$port REFERENCE=$reference \
    timeout 180 python3 "$here/run_suite.py"
