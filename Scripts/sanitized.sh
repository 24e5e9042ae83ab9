#!/usr/bin/env bash
# Swift with a sanitizer, in a build folder of its own.
#
#   Scripts/sanitized.sh address|thread build|test [swift's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?usage: Scripts/sanitized.sh address|thread build|test ARGUMENTS}
verb=${2:?build or test}
shift 2
clang=$(dirname "$(readlink -f "$(Scripts/swift.sh --where)")")/clang
export SWIFT_BACKTRACE=enable=no
case $kind in
# The coverage is for the fuzzer, which shares the build with the tests.
address)
    export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS="suppressions=$PWD/Tests/Sanitizers/leak.supp:print_suppressions=0"
    ESPALIER_FUZZING=$("$clang" -print-file-name="libclang_rt.fuzzer_no_main-$(uname -m).a")
    export ESPALIER_FUZZING
    coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table
    flags=(--scratch-path .build-asan -Xswiftc "-sanitize-coverage=$coverage")
    flags+=(-Xcc "-fsanitize-coverage=$coverage" -Xcxx "-fsanitize-coverage=$coverage")
    ;;
thread)
    export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$PWD/Tests/Sanitizers/thread.supp"
    mkdir -p .build-tsan
    "$clang" -O2 -fPIC -c Tests/Sanitizers/mutex.c -o .build-tsan/mutex.o
    flags=(--scratch-path .build-tsan -Xlinker "$PWD/.build-tsan/mutex.o")
    ;;
*) echo "sanitized: $kind is neither address nor thread" >&2 && exit 2 ;;
esac
# There are no such tests, and their runner leaks.
if [ "$verb" = test ]; then flags+=(--disable-xctest); fi
# gold, the usual linker, fails on the debugging information of the sanitizers' runtimes.
exec Scripts/swift.sh "$verb" --sanitize "$kind" -Xswiftc -use-ld=lld -Xcc -O2 "${flags[@]}" "$@"
