#!/usr/bin/env bash
# Runs the Swift tests of engine, jobs and HTTP under the sanitizers. A leak and a race that were planted must be found first.
#
#   Scripts/sanitize.sh [address|thread...]     both unless told; ESPALIER_TESTS="JobsTests" for some test targets
set -uo pipefail
cd "$(dirname "$0")/.."

kinds=("$@")
if [ ${#kinds[@]} -eq 0 ]; then kinds=(address thread); fi
tests=${ESPALIER_TESTS:-PerceptronTests JobsTests HTTPDaemonTests TrainingAPITests AccessTests DatasetsTests JSONDocumentTests}
export ESPALIER_TESTS="PlantedFaultTests $tests"
# The engine's other suites compute for a quarter of an hour and more in such a build; ENGINE=. runs them all.
engine=${ENGINE:-(CheckpointTests|DeterminismTests|ExecutionPlanTests|NumPyRandomStateTests|ScoringTests|TrainingTests)/}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The sanitizer must end the run, and by these words.
find_planted() {
    local kind=$1 words
    case $kind in address) words='LeakSanitizer: detected memory leaks' ;; *) words='WARNING: ThreadSanitizer: ' ;; esac
    if Scripts/sanitized.sh "$kind" test --skip-build --filter PlantedFaultTests >"$log" 2>&1 || ! grep -q "$words" "$log"; then
        echo "sanitize $kind: the planted fault was not found"
        return 1
    fi
    echo "sanitize $kind: the planted fault was found"
}

run_tests() {
    local kind=$1
    Scripts/sanitized.sh "$kind" build --product espalierPackageTests || return 1
    find_planted "$kind" || return 1
    Scripts/sanitized.sh "$kind" test --skip-build --skip '^PlantedFaultTests\.' --skip '^PerceptronTests\.' || return 1
    case $ESPALIER_TESTS in
    *PerceptronTests*) Scripts/sanitized.sh "$kind" test --skip-build --filter "^PerceptronTests\.$engine" ;;
    esac
}

failed=0
for kind in "${kinds[@]}"; do run_tests "$kind" || failed=1; done
exit $failed
