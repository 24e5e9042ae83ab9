#!/usr/bin/env bash
# Fuzzes what reads bytes from outside, by libFuzzer with AddressSanitizer and leak detection. Each subject ends with a line of
# rounds and violations; where all are fuzzed, the planted one comes first, in which a fault must be found.
#
#   Scripts/fuzz.sh SECONDS [SUBJECT...]     all subjects unless told; findings go to .build-asan/findings, and a finding is
#                                            repeated by .build-asan/debug/Fuzzing SUBJECT FILE
# FUZZ_SEED=1 draws the same inputs each time, as far as the time allows and the program is the same.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: Scripts/fuzz.sh SECONDS [SUBJECT...]}
shift
subjects=("$@")
if [ ${#subjects[@]} -eq 0 ]; then subjects=(planted json csv npy weights checkpoint); fi

build=.build-asan
Scripts/sanitized.sh address build --product Fuzzing >&2 || exit 1
fuzz=$build/debug/Fuzzing
mkdir -p $build/findings
TMPDIR=$(mktemp -d)
export TMPDIR SWIFT_BACKTRACE=enable=no LSAN_OPTIONS="suppressions=$PWD/Tests/Sanitizers/leak.supp:print_suppressions=0"
trap 'rm -rf "$TMPDIR"' EXIT

# The words of requests: a string's comparison tells the fuzzer nothing.
words=$TMPDIR/words
sed -nE 's/^ *([a-z][a-z0-9_]*):.*/"\\"\1\\""/p' openapi.yaml | sort -u >"$words"

fuzz_one() {
    local subject=$1 corpus=$build/corpus/$1 seeds=$build/seeds/$1 log=$build/$1.log status rounds options=() limit=$seconds
    # What was planted is to be found, not remembered; that ends its run.
    if [ "$subject" = planted ]; then
        rm -rf "$corpus"
        limit=$((seconds > 180 ? seconds : 180))
    fi
    case $subject in json | weights) options=(-dict="$words") ;; esac
    mkdir -p "$corpus" "$seeds"
    "$fuzz" "$subject" --seeds "$seeds" || return 1
    "$fuzz" "$subject" "$corpus" "$seeds" -max_total_time="$limit" -rss_limit_mb=2048 -timeout=30 -max_len=4096 \
        ${FUZZ_SEED:+-seed="$FUZZ_SEED"} \
        "${options[@]}" -print_final_stats=1 -artifact_prefix="$build/findings/$subject-" >"$log" 2>&1
    status=$?
    rounds=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ $status -eq 0 ] || grep -m 3 -E 'violation:|ERROR:|SUMMARY:|Fatal error|Swift runtime failure' "$log"
    echo "fuzz $subject: rounds ${rounds:-0}, violations $((status != 0))"
    if [ "$subject" = planted ]; then
        grep -q 'AddressSanitizer: heap-buffer-overflow' "$log" && return
        echo "the planted fault was not found"
        return 1
    fi
    return $status
}

# As many at a time as there are processors: each is one thread.
failed=0
running=0
for subject in "${subjects[@]}"; do
    if [ $running -ge "$(nproc)" ]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
    fuzz_one "$subject" &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
exit $failed
