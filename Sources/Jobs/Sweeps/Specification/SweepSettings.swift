import Datasets
import JSONDocument
import Perceptron

/// How a search goes from trial to trial.
public enum SearchMethod: String, CaseIterable, Codable, Sendable {
    /// All combinations, the last parameter varying fastest.
    case grid
    /// Combinations drawn by the sweep's seed, none twice where they can be counted.
    case random
    /// Batches, each drawn up by what the ones before have shown.
    case bayesian
}

/// What trials are judged by.
public enum JudgeMetric: String, CaseIterable, Codable, Sendable {
    case devLoss = "dev_loss"
    case devAccuracy = "dev_accuracy"
    case devRMSE = "dev_rmse"

    /// Whether a larger value is the better one.
    public var largerIsBetter: Bool { self == .devAccuracy }

    /// Whether the metric is there for `task`.
    func fits(_ task: Task) -> Bool {
        switch self {
        case .devLoss: true
        case .devAccuracy: task != .regression
        case .devRMSE: task == .regression
        }
    }
}

/// How trials are judged.
public struct SweepJudge: Hashable, Sendable {
    /// Folds times repetitions at most.
    public static let runLimit = 100

    /// The score of a run.
    public var by: JudgeMetric = .devLoss
    /// Parts of a cross-validation, ≥ 2; nil for the job's own dev set.
    public var folds: Int?
    /// How often rows are dealt into folds, ≥ 1.
    public var repeats: Int = 1

    /// Runs of a trial in one rung.
    public var runs: Int { (folds ?? 1) * repeats }

    /// What the run number `fold` trains and is judged on.
    func arrangement(fold: Int) -> SetArrangement {
        guard let folds else { return .withoutTest }
        return .fold(index: fold % folds, folds: folds, repetition: fold / folds)
    }
}

/// Successive halving: all trials for few epochs, the best of them for `eta` times as many, and so on.
public struct Halving: Hashable, Sendable {
    /// How many times as many epochs the next rung has, and of how many trials one goes on; ≥ 2.
    public var eta: Int
    /// Epochs of the first rung, ≥ 1.
    public var minEpochs: Int

    /// The epochs of the rungs up to `epochs`: minEpochs · etaʳ while that is less, then `epochs` itself.
    public func rungs(epochs: Int) -> [Int] {
        var rungs: [Int] = []
        var next = minEpochs
        while next < epochs {
            rungs.append(next)
            let (product, overflow) = next.multipliedReportingOverflow(by: eta)
            next = overflow ? epochs : product
        }
        return rungs + [epochs]
    }

    /// How many of `trials` go on.
    public func survivors(of trials: Int) -> Int { max(1, (trials + eta - 1) / eta) }
}

/// Which trial the final model is made of.
public enum FinalChoice: String, CaseIterable, Codable, Sendable {
    /// The one with the best score.
    case best
    /// The simplest one within one standard error of the best.
    case oneStandardError = "one_standard_error"
}

/// What a sweep does, every default filled in.
public struct SweepSettings: Sendable {
    /// What varies, in the order the client gave it.
    public var dimensions: [SearchDimension]
    /// Where the list of each is in the request, or the object with its scale.
    var pointers: [String]
    /// How the search goes.
    public var method: SearchMethod
    /// Trials to be made.
    public var trials: Int
    /// Trials of a batch, with the bayesian method.
    public var batch: Int
    /// How trials are judged.
    public var judge: SweepJudge
    /// Nil without.
    public var halving: Halving?
    /// Jobs at most, those of all folds and rungs and the final one.
    public var maxJobs: Int
    /// Seconds from its submission after which no more trials are made.
    public var maxSeconds: Double?
    /// Decides what is tried.
    public var seed: UInt64
    /// Which trial the final model is made of.
    public var choose: FinalChoice
    /// Whether the final model is trained on train and dev together.
    public var refit: Bool

    /// Epochs of each rung, where a job is to have `epochs`; the last is that.
    public func rungs(epochs: Int) -> [Int] { halving?.rungs(epochs: epochs) ?? [epochs] }

    /// Jobs to be run where there are `rungs` rungs: for each trial of each rung one for each fold, and the final one.
    public func plannedJobs(rungs: Int) -> Int {
        var jobs = 1
        var left = trials
        for _ in 0..<rungs {
            jobs += left * judge.runs
            left = halving?.survivors(of: left) ?? left
        }
        return jobs
    }
}
