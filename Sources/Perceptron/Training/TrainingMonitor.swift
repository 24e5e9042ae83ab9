import Synchronization

/// Why a running training is asked to stop.
public enum StopRequest: UInt8, Sendable {
    /// Someone wants no more of it; the weights reached so far are the result.
    case cancel = 1
    /// The process is stopping; the run will be repeated.
    case interrupt = 2
}

/// How far a run is.
public struct TrainingProgress: Hashable, Sendable {
    /// Completed epochs.
    public var epoch: Int
    /// Epochs asked for.
    public var epochs: Int
    /// Share of all steps done, 0...1.
    public var fraction: Double
    /// Wall-clock seconds one epoch takes, evaluation included; nil before the first reading.
    public var secondsPerEpoch: Double?
    /// Seconds until the last epoch ends, or the time limit strikes; nil before the first reading.
    public var etaSeconds: Double?
    /// The last history row.
    public var latest: HistoryRow?

    /// All values.
    public init(
        epoch: Int, epochs: Int, fraction: Double, secondsPerEpoch: Double? = nil, etaSeconds: Double? = nil,
        latest: HistoryRow? = nil
    ) {
        self.epoch = epoch
        self.epochs = epochs
        self.fraction = fraction
        self.secondsPerEpoch = secondsPerEpoch
        self.etaSeconds = etaSeconds
        self.latest = latest
    }
}

/// What a run and those who watch it share. Any thread may use it at any time.
public final class TrainingMonitor: Sendable {
    private struct State {
        var progress: TrainingProgress
        var history: [HistoryRow] = []
        var alarms: [HealthAlarm] = []
        var observer: (@Sendable (HealthAlarm) -> Void)?
    }

    private let state: Mutex<State>
    private let stopWord = Atomic<UInt8>(0)

    /// A monitor of a run of `epochs` epochs.
    public init(epochs: Int) {
        state = Mutex(State(progress: TrainingProgress(epoch: 0, epochs: epochs, fraction: 0)))
    }

    /// Asks the run to stop; it does within one step. The first request counts.
    public func stop(_ request: StopRequest) {
        _ = stopWord.compareExchange(expected: 0, desired: request.rawValue, ordering: .relaxed)
    }

    /// What the run was asked, if anything.
    public var stopRequest: StopRequest? { StopRequest(rawValue: stopWord.load(ordering: .relaxed)) }

    /// How far the run is, at most a tenth of a second old while it trains.
    public var progress: TrainingProgress { state.withLock { $0.progress } }

    /// The learning curve so far.
    public var history: [HistoryRow] { state.withLock { $0.history } }

    /// The alarms so far.
    public var alarms: [HealthAlarm] { state.withLock { $0.alarms } }

    /// Has each alarm from now on told to `observer`, on the thread that trains, which must not be kept waiting.
    public func observeAlarms(_ observer: @escaping @Sendable (HealthAlarm) -> Void) {
        state.withLock { $0.observer = observer }
    }

    func raise(_ alarm: HealthAlarm) {
        let observer = state.withLock { state in
            state.alarms.append(alarm)
            return state.observer
        }
        observer?(alarm)
    }

    func record(_ row: HistoryRow) {
        state.withLock {
            $0.history.append(row)
            $0.progress.latest = row
        }
    }

    func report(epoch: Int, fraction: Double, secondsPerEpoch: Double?, etaSeconds: Double?) {
        state.withLock {
            $0.progress.epoch = epoch
            $0.progress.fraction = fraction
            $0.progress.secondsPerEpoch = secondsPerEpoch
            $0.progress.etaSeconds = etaSeconds
        }
    }
}
