import JSONDocument

/// What a sweep can vary. The raw value is the field's name in a job, which is also its short name in a sweep.
public enum SweepParameter: String, CaseIterable, Codable, Sendable {
    case hiddenLayers = "hidden_layers"
    case activation
    case keepProb = "keep_prob"
    case inputKeepProb = "input_keep_prob"
    case batchNorm = "batch_norm"
    case initializer
    case epochs
    case batchSize = "batch_size"
    case shuffle
    case optimizer
    case learningRate = "learning_rate"
    case learningRateDecay = "learning_rate_decay"
    case l1Lambda = "l1_lambda"
    case l2Lambda = "l2_lambda"
    case clipNorm = "clip_norm"
    case earlyStopping = "early_stopping"
    case precision
    case dropoutMask = "dropout_mask"

    /// Whether the field is one of `network`, and not of `training`.
    public var isOfNetwork: Bool {
        switch self {
        case .hiddenLayers, .activation, .keepProb, .inputKeepProb, .batchNorm, .initializer: true
        case .epochs, .batchSize, .shuffle, .optimizer, .learningRate, .learningRateDecay, .l1Lambda, .l2Lambda,
            .clipNorm, .earlyStopping, .precision, .dropoutMask:
            false
        }
    }

    /// Where the field is in a job.
    public var pointer: String { (isOfNetwork ? "/network/" : "/training/") + rawValue }

    /// Whether a range makes sense: values between two values are values.
    public var isNumeric: Bool {
        switch self {
        case .keepProb, .inputKeepProb, .epochs, .batchSize, .learningRate, .l1Lambda, .l2Lambda, .clipNorm: true
        case .hiddenLayers, .activation, .batchNorm, .initializer, .shuffle, .optimizer, .learningRateDecay,
            .earlyStopping, .precision, .dropoutMask:
            false
        }
    }

    /// Whether only whole numbers are values.
    public var isWhole: Bool { self == .epochs || self == .batchSize }

    /// The parameter that a client calls `name`: by its short name, or by its pointer in a job.
    public init?(named name: String) {
        guard let found = SweepParameter.allCases.first(where: { $0.rawValue == name || $0.pointer == name }) else {
            return nil
        }
        self = found
    }
}

/// A value of a parameter, as JSON has it.
public struct SweepValue: Hashable, Sendable {
    /// JSON text, UTF-8.
    public let json: [UInt8]
    /// The value of a number.
    public let number: Double?

    /// A value that a client gave.
    public init(_ node: JSONNode) {
        var writer = JSONWriter()
        writer.value(node)
        json = writer.bytes
        number = node.number
    }

    /// A number.
    public init(_ number: Double, isWhole: Bool = false) {
        var writer = JSONWriter()
        if isWhole, let whole = Int(exactly: number.rounded()) {
            writer.value(whole)
            self.number = Double(whole)
        } else {
            writer.value(number)
            self.number = number
        }
        json = writer.bytes
    }
}

/// The values of trials, one for each dimension of the search, in what a store keeps.
package enum TrialValues {
    package static func encode(_ trials: [[SweepValue]]) -> [UInt8] {
        var json = JSONWriter()
        json.array { json in
            for trial in trials { json.array { json in trial.forEach { json.raw($0.json) } } }
        }
        return json.bytes
    }

    /// Reads what `encode` wrote: `dimensions` values of each trial.
    static func decode(_ bytes: [UInt8], dimensions: Int) throws(StoreError) -> [[SweepValue]] {
        do {
            let trials = try JSONDocument.parse(bytes).root.elements.map { $0.elements.map { SweepValue($0) } }
            if trials.allSatisfy({ $0.count == dimensions }) { return trials }
        } catch {
            throw .corrupt("a sweep's trials: \(error)")
        }
        throw .corrupt("a sweep's trials have not \(dimensions) values each")
    }
}
