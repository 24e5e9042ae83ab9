#!/usr/bin/env bash
# Fuzzes what reads bytes from outside, by libFuzzer with AddressSanitizer. Ends with a line of rounds and violations.
#
#   Scripts/fuzz.sh SECONDS [SUBJECT...]     all subjects unless told; findings go to .build-fuzz/findings
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: Scripts/fuzz.sh SECONDS [SUBJECT...]}
shift
subjects=("$@")
if [ ${#subjects[@]} -eq 0 ]; then subjects=(json csv npy weights checkpoint); fi

build=.build-fuzz
findings=$build/findings
mkdir -p "$findings"
export ESPALIER_FUZZING=1 SWIFT_BACKTRACE=enable=no
Scripts/swift.sh build -c release --scratch-path "$build" --product Fuzzing --sanitize address -Xswiftc -sanitize=fuzzer \
    -Xcc -fsanitize=fuzzer-no-link,address -Xcxx -fsanitize=fuzzer-no-link,address || exit 1
fuzz=$build/release/Fuzzing

failed=0
for subject in "${subjects[@]}"; do
    corpus=$build/corpus/$subject
    seeds=$build/seeds/$subject
    mkdir -p "$corpus"
    "$fuzz" "$subject" --seeds "$seeds" || exit 1
    log=$build/$subject.log
    "$fuzz" "$subject" "$corpus" "$seeds" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -max_len=4096 \
        -print_final_stats=1 -artifact_prefix="$findings/$subject-" >"$log" 2>&1
    status=$?
    rounds=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ $status -ne 0 ]; then
        failed=1
        grep -m 3 -E 'violation:|ERROR:|SUMMARY:|Fatal error' "$log"
    fi
    echo "fuzz $subject: rounds ${rounds:-0}, violations $((status != 0))"
done
exit $failed
