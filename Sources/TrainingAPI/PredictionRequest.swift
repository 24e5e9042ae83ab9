import JSONDocument
import Perceptron

/// What a client wants of a trained model's predictions.
struct PredictionRequest {
    /// How dropout takes part.
    enum Mode {
        /// It does not.
        case inference
        /// One pass as in training.
        case train
        /// Mean and deviation of many passes.
        case monteCarlo(passes: Int)
    }

    /// The words of `mode`.
    private enum ModeWord: String, CaseIterable {
        case inference, train
    }

    /// The most passes one may ask for.
    static let passLimit = 10_000

    /// The rows, an array yet to be encoded.
    let rows: JSONNode
    /// How dropout takes part.
    let mode: Mode
    /// Decides the masks.
    let seed: UInt64

    /// Reads a body; throws all that is wrong with it but its rows.
    init(_ node: JSONNode) throws(Faults) {
        let faults = FaultCollector()
        var fields = ObjectReader(node, at: "", faults: faults)
        let rows = fields.required("x")
        let word: ModeWord? = fields.choice("mode")
        let passes = fields.integer("monte_carlo", in: 1...PredictionRequest.passLimit)
        seed = fields.unsigned("seed") ?? 0
        if word != nil, passes != nil {
            fields.fault("mode", "does not go with monte_carlo, all of whose passes have dropout on")
        }
        fields.finish()
        try faults.throwIfAny()
        guard let rows else { throw Faults(pointer: "/x", detail: "is required") }
        self.rows = rows
        mode =
            switch (passes, word) {
            case (let passes?, _): .monteCarlo(passes: passes)
            case (nil, .train): .train
            case (nil, .inference), (nil, nil): .inference
            }
    }
}

extension PredictionRequest.Mode {
    /// Passes with dropout on; 0 for inference.
    var passes: Int {
        switch self {
        case .inference: 0
        case .train: 1
        case .monteCarlo(let passes): passes
        }
    }
}

extension PredictionDropout {
    /// The dropout that a job's resolved `network` settings were trained with.
    init(settings network: JSONNode?, seed: UInt64) {
        self.init(
            inputKeepProb: network?["input_keep_prob"]?.number ?? 1,
            keepProbs: network?["keep_prob"]?.elements.compactMap(\.number) ?? [], seed: seed)
    }
}

extension NetworkShape {
    /// About how many multiplications a pass over a row with dropout comes to, a mask's number counted as ten.
    var workOfADropoutPass: Double {
        var work = 10.0 * Double(inputs)
        var fanIn = Double(inputs)
        for units in hiddenLayers.map(\.units) + [outputs] {
            work += Double(units) * (fanIn + 10)
            fanIn = Double(units)
        }
        return work
    }
}
