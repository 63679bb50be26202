#!/usr/bin/env bash
# The snapshots of `tollgate run --update` under the real `cargo insta`: it lists, accepts and rejects them, and what it
# accepts is byte for byte what `tollgate snapshots accept` accepts.
#
#     tests/cargo-insta.sh [PATH_OF_TOLLGATE]
#
# Without a path the binary is built (debug). cargo-insta is taken from PATH, or installed once, in a fixed version, into
# target/cargo-insta, which takes some minutes; nothing is installed elsewhere. Prints `N passed` and exits with 0, with 1
# at the first check that fails, with 2 if the checks could not be run.
set -euo pipefail

readonly VERSION=1.49.0
root=$(cd "$(dirname "$0")/.." && pwd)

refuse() {
    echo "error: $*" >&2
    exit 2
}

passed=0
check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "failed: $what" >&2
        exit 1
    fi
}

# The files of snapshots, in one line.
files() { (cd "$work/snapshots" && find . -type f | sort | tr '\n' ' '); }
has() { [ "$(files)" = "$1 " ] || { echo "there are: $(files)" >&2 && return 1; }; }
says() { [[ $said == *"$1"* ]] || { echo "$said" >&2 && return 1; }; }

# The scenario's only step with this word in its answer; `run` has to end with this code.
run() {
    local path=$1 code=0
    cat >scenarios/leads.yaml <<SCENARIO
name: Leads
contract: propertybase-v1
defaults: { headers: { authorization: "Bearer {{ api_key }}" } }
steps:
  - name: asks for a lead
    request: { get: $path }
    snapshot: true
SCENARIO
    shift
    said=$("$tollgate" run --quiet "$@" 2>&1) || code=$?
    echo "$code" >"$work/code"
}
ended() { [ "$(cat "$work/code")" = "$1" ] || { echo "$said" >&2 && return 1; }; }

if [ $# -gt 0 ]; then
    tollgate=$(realpath "$1")
else
    (cd "$root" && cargo build --quiet) || refuse "tollgate cannot be built"
    tollgate=${CARGO_TARGET_DIR:-$root/target}/debug/tollgate
fi
[ -x "$tollgate" ] || refuse "no program at $tollgate"
own=$root/target/cargo-insta
export PATH=$own/bin:$PATH
if ! cargo insta --version >/dev/null 2>&1; then
    cargo install cargo-insta --version "$VERSION" --locked --quiet --root "$own" || refuse "cargo-insta cannot be installed"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset CI
mkdir src scenarios
# cargo insta works in packages only.
printf '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n' >Cargo.toml
: >src/lib.rs
readonly name=propertybase-v1/leads/asks-for-a-lead
readonly file=./$name.snap

run /leads/lead_none1 --update
check "a new snapshot waits" has "$file.new"
said=$(cargo insta pending-snapshots --as-json 2>/dev/null)
check "cargo insta lists it" says "snapshots/$name.snap\""
cp "snapshots/$name.snap.new" pending
said=$(cargo insta accept 2>&1)
check "cargo insta accepts it" has "$file"
check "and names the scenario" says "scenarios/leads.yaml"
cp "snapshots/$name.snap" by-insta
rm "snapshots/$name.snap" && cp pending "snapshots/$name.snap.new"
"$tollgate" snapshots accept >/dev/null
check "tollgate accepts it into the same bytes" cmp by-insta "snapshots/$name.snap"
run /leads/lead_none1
check "the accepted snapshot is kept to" ended 0

run "/leads?limit=0" --update
check "a changed answer waits beside the accepted one" has "$file $file.new"
said=$(cargo insta reject 2>&1)
check "cargo insta rejects it" has "$file"
check "and names it as rejected" says "rejected:"
check "the accepted one is as it was" cmp by-insta "snapshots/$name.snap"
run "/leads?limit=0"
check "a difference without --update fails" ended 1
check "and writes nothing" has "$file"

run "/leads?limit=0" --update
said=$(cargo insta accept --snapshot "snapshots/$name.snap" 2>&1)
check "cargo insta accepts it by name" has "$file"
run "/leads?limit=0"
check "the new one is kept to" ended 0
check "it is another one" bash -c "! cmp -s by-insta 'snapshots/$name.snap'"

echo "$passed passed"
