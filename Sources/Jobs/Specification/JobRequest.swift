import Datasets
import JSONDocument
import Perceptron

/// A job as a client asks for it, its data not yet looked at.
public struct JobRequest: Sendable {
    /// Longest name of a job.
    public static let nameLimit = 200

    /// The client's own name for the job.
    public let name: String?
    /// Where the data comes from and what to make of it; nil where that cannot be told.
    public let data: DataRequest?
    /// The sizes that an estimate goes by where the data itself is not given.
    public let description: DataDescription?
    /// The `network` part.
    public let network: NetworkSettings
    /// The `training` part, seed drawn.
    public let training: TrainingSettings
    /// The error that nobody can go below: a share of wrong answers, or a mean squared error.
    public let baseError: Double
    /// The `gradient_check` part.
    public let gradientCheck: GradientCheck.Options
    /// Every fault that can be told without the data; the job cannot be run if there are any.
    public let faults: [Fault]

    /// What a job's document is sent for.
    public enum Purpose: Sendable {
        /// To be trained, or to hear whether it could be.
        case training
        /// To have its gradients checked: `gradient_check` is a member one may use.
        case gradientCheck
        /// To be told what it would take: `data` may be a `DataDescription`.
        case estimate
    }

    /// Reads a job's document; `drawSeed` is asked where the client names no seed.
    public init(
        _ node: JSONNode, for purpose: Purpose = .training, limits: JobLimits = .most,
        dataLimits: DatasetLimits = DatasetLimits(),
        drawSeed: () -> UInt32 = { UInt32.random(in: 0 ... .max) }
    ) {
        let faults = FaultCollector()
        var fields = ObjectReader(node, at: "", faults: faults)
        name = fields.string("name", limit: JobRequest.nameLimit)
        let data = fields.required("data")
        if purpose == .estimate, let data, DataDescription.isOne(data) {
            description = DataDescription(data, limits: dataLimits, faults: faults)
            self.data = nil
        } else {
            description = nil
            self.data = data.flatMap { DataRequest($0, faults: faults) }
        }
        network = NetworkSettings(
            reading: fields.value("network"), at: "/network", faults: faults, limits: limits)
        training = TrainingSettings(
            reading: fields.value("training"), at: "/training", faults: faults, limits: limits, drawSeed: drawSeed)
        baseError = fields.number("base_error", "a number from 0", where: { $0 >= 0 }) ?? 0
        gradientCheck =
            purpose == .gradientCheck
            ? GradientCheck.Options(reading: fields.value("gradient_check"), faults: faults) : GradientCheck.Options()
        if node.kind == .object { fields.finish() }
        self.faults = faults.faults
    }
}

extension GradientCheck.Options {
    /// Reads a `gradient_check` object (nil: all defaults).
    init(reading node: JSONNode?, faults: FaultCollector) {
        self.init()
        guard let node else { return }
        var fields = ObjectReader(node, at: "/gradient_check", faults: faults)
        epsilon = fields.number("epsilon", "a number from 1e-12 to 1") { $0 >= 1e-12 && $0 <= 1 } ?? epsilon
        maxParameters = fields.integer("max_parameters", in: 1...1_000_000)
        maxExamples = fields.integer("max_examples", in: 1...Int(Int32.max))
        deliberateError = fields.value("deliberate_error").flatMap {
            GradientCheck.DeliberateError(
                reading: $0, at: fields.pointer(to: "deliberate_error"), faults: faults)
        }
        fields.finish()
    }
}

extension GradientCheck.DeliberateError {
    /// Reads a `deliberate_error` object, where layers are counted from 1.
    init?(reading node: JSONNode, at pointer: String, faults: FaultCollector) {
        var fields = ObjectReader(node, at: pointer, faults: faults)
        for member in ["layer", "kind"] { _ = fields.required(member) }
        let layer = fields.integer("layer", in: 1...Int(Int32.max))
        let kind: ParameterLayout.Kind? = fields.choice("kind")
        let factor = fields.number("factor", "a number from -1e6 to 1e6") { abs($0) <= 1e6 } ?? 2
        fields.finish()
        guard let layer, let kind else { return nil }
        self.init(layer: layer - 1, kind: kind, factor: factor)
    }
}
