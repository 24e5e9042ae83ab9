import Metrics
import Perceptron

/// What is counted of training: jobs that ended, work that was done, checkpoints. Work is counted while it is done, not when
/// a job ends.
public final class TrainingMetrics: Sendable {
    private struct Run {
        let monitor: TrainingMonitor
        let examples: Double
        let steps: Double
        let epochs: Double
        let began: ContinuousClock.Instant
        /// Epochs that are counted already, or were done by an earlier attempt.
        var counted = 0.0
    }

    private struct Ending: Hashable, Comparable {
        let status: String
        let stopReason: String

        init(_ status: JobEnding.Status, _ stopReason: StopReason?) {
            self.status = status.rawValue
            self.stopReason = stopReason?.rawValue ?? "none"
        }

        static func < (left: Ending, right: Ending) -> Bool {
            (left.status, left.stopReason) < (right.status, right.stopReason)
        }
    }

    private struct State {
        var runs: [JobID: Run] = [:]
        var epochs = 0.0
        var examples = 0.0
        var steps = 0.0
        var seconds = 0.0
        /// Every way to end is there from the start: a counter that comes into being with its first event hides that from
        /// Prometheus.
        var endings = Dictionary(
            uniqueKeysWithValues: (StopReason.allCases.map { Ending($0.status, $0) } + [Ending(.failed, nil)]).map {
                ($0, 0)
            })

        /// Counts what `run` has done since it was last asked.
        mutating func count(_ run: inout Run, upTo epochs: Double) {
            let new = max(0, epochs - run.counted)
            run.counted += new
            self.epochs += new
            examples += new * run.examples
            steps += new * run.steps
        }
    }

    private let state = Guarded(State())
    let checkpointDurations = Histogram(Histogram.diskBounds)
    let checkpointBytes = Counter()
    let checkpointErrors = Counter()

    /// Nothing counted.
    public init() {}

    /// An attempt at `job` begins, on so many training examples in so many steps an epoch.
    func begin(_ job: Job, _ monitor: TrainingMonitor, examples: Int, steps: Int) {
        let run = Run(
            monitor: monitor, examples: Double(examples), steps: Double(steps), epochs: Double(job.epochs), began: .now)
        state.withLock { $0.runs[job.id] = run }
    }

    /// The attempt goes on after `epoch` epochs, which another has done.
    func resume(_ job: Job, epoch: Int) { state.withLock { $0.runs[job.id]?.counted = Double(epoch) } }

    /// The attempt is over, after `epochs` epochs if that is known.
    func end(_ job: Job, epochs: Int?) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard var run = state.runs.removeValue(forKey: job.id) else { return }
            state.count(&run, upTo: epochs.map(Double.init) ?? run.monitor.progress.fraction * run.epochs)
            state.seconds += (now - run.began) / .seconds(1)
        }
    }

    func noteCheckpoint(bytes: Int, took duration: Duration) {
        checkpointDurations.observe(duration)
        checkpointBytes.add(bytes)
    }

    /// A job has ended, as its store knows.
    public func finished(_ ending: JobEnding) {
        state.withLock { $0.endings[Ending(ending.status, ending.stopReason), default: 0] += 1 }
    }

    /// Writes the families.
    public func write(to text: inout MetricsText) {
        let now = ContinuousClock.now
        let (state, seconds): (State, Double) = state.withLock { state in
            var running = 0.0
            for (id, var run) in state.runs {
                state.count(&run, upTo: run.monitor.progress.fraction * run.epochs)
                state.runs[id] = run
                running += (now - run.began) / .seconds(1)
            }
            return (state, state.seconds + running)
        }
        text.family("espalier_jobs_finished_total", .counter, "Jobs that ended, by how and why.")
        for (kind, count) in state.endings.sorted(by: { $0.key < $1.key }) {
            text.sample(count, [("status", kind.status), ("stop_reason", kind.stopReason)])
        }
        text.single("espalier_training_seconds_total", .counter, "Time that workers have trained.", seconds)
        text.single("espalier_training_epochs_total", .counter, "Epochs trained, parts of them included.", state.epochs)
        text.single("espalier_training_steps_total", .counter, "Mini-batches trained.", state.steps.rounded(.down))
        text.single("espalier_training_examples_total", .counter, "Examples trained on.", state.examples.rounded(.down))
        text.single(
            "espalier_checkpoint_duration_seconds", "From the first byte of a checkpoint until it was on disk.",
            checkpointDurations.reading)
        text.single("espalier_checkpoint_bytes_total", .counter, "Bytes of checkpoints.", checkpointBytes.value)
        text.single(
            "espalier_checkpoint_errors_total", .counter, "Checkpoints that could not be made.", checkpointErrors.value)
    }
}
