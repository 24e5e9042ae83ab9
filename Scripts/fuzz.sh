#!/usr/bin/env bash
# Fuzzes what reads bytes from outside, by libFuzzer with AddressSanitizer. Each subject ends with a line of rounds and violations.
#
#   Scripts/fuzz.sh SECONDS [SUBJECT...]     all subjects unless told; findings go to .build-asan/findings
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: Scripts/fuzz.sh SECONDS [SUBJECT...]}
shift
subjects=("$@")
if [ ${#subjects[@]} -eq 0 ]; then subjects=(json csv npy weights checkpoint); fi

build=.build-asan
Scripts/sanitized.sh address build --product Fuzzing || exit 1
fuzz=$build/debug/Fuzzing
mkdir -p $build/findings

fuzz_one() {
    local subject=$1 corpus=$build/corpus/$1 seeds=$build/seeds/$1 log=$build/$1.log status rounds
    mkdir -p "$corpus" "$seeds"
    "$fuzz" "$subject" --seeds "$seeds" || return 1
    "$fuzz" "$subject" "$corpus" "$seeds" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=30 -max_len=4096 \
        -print_final_stats=1 -artifact_prefix="$build/findings/$subject-" >"$log" 2>&1
    status=$?
    rounds=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ $status -eq 0 ] || grep -m 3 -E 'violation:|ERROR:|SUMMARY:|Fatal error' "$log"
    echo "fuzz $subject: rounds ${rounds:-0}, violations $((status != 0))"
    return $status
}

failed=0
for subject in "${subjects[@]}"; do fuzz_one "$subject" || failed=1; done
exit $failed
