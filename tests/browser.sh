#!/usr/bin/env bash
# Opens the page of a load in a real browser: its charts are there, its script runs, and nothing is loaded.
#
#   tests/browser.sh                      with target/release/tollgate
#   TOLLGATE=... CHROMIUM=... tests/browser.sh
#   PICTURES=DIR tests/browser.sh         keeps pictures of the page: wide, narrow and dark
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tollgate=${TOLLGATE:-$here/target/release/tollgate}
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[[ -x $tollgate ]] || { echo "missing: tollgate; cargo build --release" >&2; exit 2; }
[[ -x $chromium ]] || { echo "missing: chromium; apt-get install chromium" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0 failed=0
check() { # name, command...
    local name=$1
    shift
    checks=$((checks + 1))
    "$@" > /dev/null || { echo "failed: $name" >&2; failed=$((failed + 1)); }
}
browse() { # flags and page; its profile is its own, and every name leads nowhere
    timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
        --host-resolver-rules='MAP * ~NOTFOUND' "$@" 2> "$work/log"
}

"$tollgate" load --request 'GET /leads' --rate 50/s --duration 3s --limit 60/60s -q --report "json=$work/one.json" > /dev/null || true
"$tollgate" load --request 'GET /leads' --rate 60/s --duration 3s --limit 60/60s -q --compare "$work/one.json" \
    --report "html=$work/page.html" > /dev/null || true
cp "$here/tests/html/now.html" "$work/kept.html"

for page in page kept; do
    browse --dump-dom --enable-logging=stderr --v=0 "file://$work/$page.html" > "$work/$page.dom"
    cp "$work/log" "$work/$page.log"
    check "$page: at least five charts" test "$(grep -o '<svg' "$work/$page.dom" | wc -l)" -ge 5
    check "$page: charts have titles" grep -q '<title' "$work/$page.dom"
    check "$page: the comparison" grep -q 'Beside the earlier run' "$work/$page.dom"
    check "$page: data beneath the charts" grep -q 'Data of this chart' "$work/$page.dom"
    check "$page: no complaint of the browser" bash -c "! grep -E 'CONSOLE|Refused|Uncaught' '$work/$page.log'"
done
if [[ -n ${PICTURES:-} ]]; then
    mkdir -p "$PICTURES"
    browse --screenshot="$PICTURES/wide.png" --window-size=1200,3600 "file://$work/kept.html"
    browse --screenshot="$PICTURES/narrow.png" --window-size=500,5200 "file://$work/kept.html"
    browse --screenshot="$PICTURES/dark.png" --window-size=1200,3600 --blink-settings=preferredColorScheme=0 \
        "file://$work/kept.html"
fi
echo "$((checks - failed)) of $checks checks hold"
[[ $failed -eq 0 ]]
