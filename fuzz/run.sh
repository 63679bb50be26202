#!/bin/sh
# Fuzzes: fuzz/run.sh [SECONDS] [TARGET...], 60 seconds for each of all targets unless told otherwise.
#
# What is found stands in fuzz/artifacts/TARGET; `cargo fuzz tmin TARGET FILE` makes it small, and a copy in
# fuzz/corpus/TARGET keeps it mended: the tests replay every file there. New inputs stay in fuzz/work.
set -eu
cd "$(dirname "$0")"

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- scenario contract judge dates json

cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked

for target in "$@"; do
    echo "== $target, $seconds s"
    mkdir -p "work/$target"
    # All code here is safe Rust, so coverage alone is wanted of the compiler, and a stable one has it.
    cargo fuzz run --fuzz-dir . --sanitizer none "$target" "work/$target" "corpus/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1
done
