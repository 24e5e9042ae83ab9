import Perceptron

/// Draws job documents that a client may send, from all that the contract allows.
struct RandomJobDocument {
    private var random: SeededGenerator
    private(set) var task = Task.binary
    private(set) var namesDataset = false
    /// Whether the examples of the job itself have weights.
    private var areWeighted = false

    init(seed: UInt64) { random = SeededGenerator(seed) }

    mutating func make() -> String {
        task = pick(Task.allCases)
        let (data, hasDev) = self.data()
        let generator = pick(Generator.allCases)
        var training = Self.object([
            ("epochs", maybe { "\(Int.random(in: 1...10_000_000, using: &$0.random))" }),
            ("batch_size", maybe { $0.pick(["\"full\"", "1", "\(Int.random(in: 1...Int.max, using: &$0.random))"]) }),
            ("shuffle", maybe { $0.pick(["true", "false"]) }),
            ("optimizer", maybe { $0.optimizer() }),
            ("learning_rate", maybe { $0.number(1e-9...1e6) }),
            ("learning_rate_decay", maybe { $0.decay() }),
            ("l1_lambda", maybe { $0.number(0...1e3) }),
            ("l2_lambda", maybe { $0.number(0...1e3) }),
            ("clip_norm", maybe { $0.number(1e-3...1e3) }),
            ("early_stopping", maybe { $0.earlyStopping(hasDev: hasDev) }),
            ("time_limit_seconds", maybe { $0.number(1e-3...1e300) }),
            ("precision", maybe { $0.word(Precision.self) }),
            ("history_every", maybe { "\(Int.random(in: 1...Int.max, using: &$0.random))" }),
            ("threads", maybe { "\(Int.random(in: 1...64, using: &$0.random))" }),
            ("dropout_mask", maybe { $0.word(DropoutMask.self) }),
            ("seed", maybe { $0.seed(generator) }),
            ("dropout_seed", maybe { $0.seed(generator) }),
            ("class_weight", task == .regression ? nil : maybe { $0.classWeight() }),
        ])
        training.removeLast()
        training += (training.count > 1 ? ", " : "") + "\"generator\": \"\(generator.rawValue)\"}"
        let base = maybe { #", "base_error": \#($0.number(0...1))"# } ?? ""
        return #"{"data": \#(data), "network": \#(network()), "training": \#(training)\#(base)}"#
    }

    // MARK: Parts

    /// Two inputs, twelve rows or twenty-four, and whether a dev set comes of them.
    private mutating func data() -> (text: String, hasDev: Bool) {
        let rows = pick([12, 24])
        namesDataset = false
        areWeighted = Bool.random(using: &random)
        let options = [
            maybe { #""normalize": "\#($0.pick(["standard", "none"]))""# },
            maybe { #""missing": "\#($0.pick(["error", "mean", "drop"]))""# },
            maybe { #""task": "\#($0.pick(["auto", $0.task.rawValue]))""# },
            maybe { #""augment": \#($0.pick(["null", "{}", #"{"noise": {"std": \#($0.number(0...1e6))}}"#]))"# },
        ].compactMap { $0 }
        let split = maybe { random in
            #""split": {"train": 0.5, "dev": 0.25, "test": 0.25\#(random.task == .regression ? "" : #", "stratify": true"#)}"#
        }
        func joined(_ members: [String?]) -> String { "{" + members.compactMap { $0 }.joined(separator: ", ") + "}" }
        let hasDev = split != nil || rows >= 20
        switch pick(["inline", "sets", "csv", "dataset"]) {
        case "inline": return (joined([examples(rows)] + options + [split]), hasDev)
        case "sets":
            let dev = maybe { #""dev": {\#($0.examples(4))}"# }
            let test = maybe { #""test": {\#($0.examples(4))}"# }
            return (joined([#""train": {\#(examples(rows))}"#, dev, test] + options), dev != nil)
        case "csv":
            let lines = (0..<rows).map { "\($0 % 3),\(Double($0) / 8),\(label($0, quoted: false))" }
            let text = (["a,b c,t"] + lines).joined(separator: "\\n")
            let target = pick(["\"t\"", "2"])
            // Weights that are no feature, but one of the choices may be.
            let weights = areWeighted ? pick([#""sample_weight": "b c""#, #""sample_weight": 1"#]) : nil
            let choices = areWeighted ? [#"["a"]"#, "[0]"] : [#"["a"]"#, #"["b c", 0]"#, "[1]"]
            let features = maybe { #""features": \#($0.pick(choices))"# }
            let csv = #""csv": "\#(text)", "target": \#(target)"#
            return (joined([csv, weights, features] + options + [split]), hasDev)
        default:
            namesDataset = true
            let features = maybe { #""features": \#($0.pick([#"["x1"]"#, #"[1, "x0"]"#]))"# }
            let members = [#""dataset": "ds_abc""#, maybe { _ in #""target": "y""# }, features]
            return (joined(members + options + [split]), hasDev || datasetRows >= 20)
        }
    }

    /// Rows of the table behind the data set that a document may name.
    let datasetRows = 24

    /// The data behind the data set that a document may name.
    mutating func dataset() -> String {
        areWeighted = false
        return "{" + examples(datasetRows) + "}"
    }

    private mutating func examples(_ rows: Int) -> String {
        let x = (0..<rows).map { "[\($0 % 3), \(Double($0) / 8)]" }.joined(separator: ", ")
        let weights = areWeighted ? ", \"sample_weight\": \((0..<rows).map { Double($0 % 5) / 4 + 0.1 })" : ""
        let y = (0..<rows).map { label($0, quoted: true) }.joined(separator: ", ")
        return #""x": [\#(x)], "y": [\#(y)]\#(weights)"#
    }

    private func label(_ row: Int, quoted: Bool) -> String {
        switch task {
        case .binary: "\(row % 2)"
        case .multiclass: quoted ? "\"\(["u", "v", "w"][row % 3])\"" : ["u", "v", "w"][row % 3]
        case .regression: "\(Double(row) / 7 + 0.25)"
        }
    }

    private mutating func network() -> String {
        let units = (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 1...5, using: &random) }
        return Self.object([
            ("hidden_layers", "\(units)"),
            ("activation", maybe { $0.perLayer(units.count) { $0.word(Activation.self) } }),
            ("keep_prob", maybe { $0.perLayer(units.count) { $0.number(1e-6...1) } }),
            ("input_keep_prob", maybe { $0.number(1e-6...1) }),
            ("batch_norm", maybe { $0.pick(["true", "false"]) }),
            ("initializer", maybe { $0.word(Initializer.self) }),
        ])
    }

    private mutating func perLayer(_ count: Int, _ value: (inout RandomJobDocument) -> String) -> String {
        if Bool.random(using: &random) { return value(&self) }
        return "[" + (0..<count).map { _ in value(&self) }.joined(separator: ", ") + "]"
    }

    private mutating func optimizer() -> String {
        let name = pick(OptimizerSpecification.Name.allCases)
        if Bool.random(using: &random) { return "\"\(name.rawValue)\"" }
        let constants: [(String, ClosedRange<Double>)] =
            switch name {
            case .sgd: []
            case .momentum: [("beta", 0...0.999)]
            case .rmsprop: [("rho", 0...0.999), ("epsilon", 1e-12...1)]
            case .adam: [("beta1", 0...0.999), ("beta2", 0...0.9999), ("epsilon", 1e-12...1)]
            case .adamw:
                [("beta1", 0...0.999), ("beta2", 0...0.9999), ("epsilon", 1e-12...1), ("weight_decay", 0...1)]
            }
        var members: [(String, String?)] = [("name", "\"\(name.rawValue)\"")]
        for (constant, range) in constants { members.append((constant, maybe { $0.number(range) })) }
        return Self.object(members)
    }

    private mutating func decay() -> String {
        switch pick(LearningRateDecay.Name.allCases) {
        case .step: #"{"name": "step", "rate": \#(number(1e-6...1)), "every": \#(pick(["1", "30", "\(Int.max)"]))}"#
        case .exponential: #"{"name": "exponential", "rate": \#(number(1e-6...1))}"#
        case .inverseTime: #"{"name": "inverse_time", "rate": \#(number(0...10))}"#
        case .cosine: pick([#""cosine""#, #"{"name": "cosine", "minimum": \#(number(0...1))}"#])
        }
    }

    private mutating func earlyStopping(hasDev: Bool) -> String {
        let monitors: [Monitor] =
            !hasDev ? [.trainLoss] : task == .regression ? [.devLoss, .trainLoss] : Monitor.allCases
        return Self.object([
            ("monitor", hasDev ? maybe { "\"\($0.pick(monitors).rawValue)\"" } : "\"train_loss\""),
            ("patience", maybe { "\(Int.random(in: 1...Int.max, using: &$0.random))" }),
            ("min_delta", maybe { $0.number(0...1) }),
            ("restore_best", maybe { $0.pick(["true", "false"]) }),
        ])
    }

    private mutating func classWeight() -> String {
        let label = task == .binary ? "1" : "v"
        return pick(["\"balanced\"", "{}", "{\"\(label)\": \(number(1e-3...1e3))}"])
    }

    private mutating func seed(_ generator: Generator) -> String {
        let largest = generator == .numpy ? UInt64(UInt32.max) : .max
        return pick(["0", "\(largest)", "\(UInt64.random(in: 0...largest, using: &random))"])
    }

    // MARK: Choices

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private mutating func word<Choice: CaseIterable & RawRepresentable>(_ type: Choice.Type) -> String
    where Choice.RawValue == String {
        "\"\(pick(Array(type.allCases)).rawValue)\""
    }

    private mutating func number(_ range: ClosedRange<Double>) -> String {
        "\(pick([range.lowerBound, range.upperBound, Double.random(in: range, using: &random)]))"
    }

    private mutating func maybe(_ value: (inout RandomJobDocument) -> String) -> String? {
        Bool.random(using: &random) ? value(&self) : nil
    }

    private static func object(_ members: [(String, String?)]) -> String {
        let given = members.compactMap { name, value in value.map { "\"\(name)\": \($0)" } }
        return "{" + given.joined(separator: ", ") + "}"
    }
}
