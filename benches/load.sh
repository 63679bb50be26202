#!/usr/bin/env bash
# Measures `tollgate load` beside other load generators on nginx, and prints ratios with their goals.
#
#   benches/load.sh                          measures target/release/tollgate against what it finds of its peers
#   TOLLGATE=... benches/load.sh             measures this program
#   PAIRS=9 SECONDS_EACH=5 benches/load.sh   more and longer rounds than the usual 5 of 3 s, for a noisy machine
#   benches/load.sh soak                     ten minutes of each model, and the memory minute by minute; SOAK=60 for one
#
# Every answer is a 429 with a nested envelope of some 300 bytes, Retry-After and X-Request-Id. Each generator keeps 50
# connections busy; rounds are interleaved (A B C A B C ...), the generator on one processor and nginx on the other, and
# a figure is the median of its rounds. Then those that can are asked for 2,000 requests a second, and a small server
# tells when they came; and a target with a limit of nginx's own is loaded, and the counts are compared with nginx's log.
#
# It needs nginx and python3. Peers: wrk, oha, ab, autocannon with ajv (node), k6. It says which of them it misses. Figures of
# a busy machine mean little: compare ratios, and only within one run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tollgate=${TOLLGATE:-$here/../target/release/tollgate}
nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx || true)
[[ -x $tollgate ]] || { echo "missing: tollgate; cargo build --release" >&2; exit 2; }
[[ -x $nginx ]] || { echo "missing: nginx; apt-get install nginx, or brew install nginx" >&2; exit 2; }

work=$(mktemp -d)
started=()
clean_up() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
answer='{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Too many requests. Wait as long as Retry-After'
answer+=' says, then try again.","details":[{"field":"rate","message":"Sixty requests a minute are allowed for a key"}],'
answer+='"request_id":"req_$request_id"}}'
pin=()
command -v taskset > /dev/null && [[ $(nproc) -gt 1 ]] && pin=(taskset -c 1)
cat > "$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log crit;
events { worker_connections 4096; }
http {
    server_tokens off;
    access_log off;
    log_format times '\$msec \$status';
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    keepalive_requests 100000000;
    limit_req_zone \$server_port zone=one:1m rate=100r/s;
    limit_req_status 429;
    default_type application/json;
    server {
        listen 127.0.0.1:$port;
        add_header Retry-After 30 always;
        add_header X-Request-Id req_\$request_id always;
        location / { return 429 '$answer'; }
        location /limited/ {
            limit_req zone=one burst=20 nodelay;
            error_page 429 @refused;
            try_files /none @admitted;
        }
        location @admitted { access_log $work/limited.log times; return 200 '{"success":true,"data":[]}'; }
        location @refused { access_log $work/limited.log times; return 429 '$answer'; }
    }
}
CONF
"${pin[@]}" "$nginx" -p "$work" -c "$work/nginx.conf" -e "$work/nginx.log" &
started+=($!)
sleep 0.5

export TOLLGATE=$tollgate WORK=$work NGINX=http://127.0.0.1:$port
case ${1:-} in
    soak) python3 "$here/load_soak.py" ;;
    '') timeout 900 python3 "$here/load.py" ;;
    *) echo "unknown: $1; benches/load.sh, or benches/load.sh soak" >&2; exit 2 ;;
esac
