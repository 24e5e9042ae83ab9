import Datasets
import JSONDocument
import Perceptron

/// The `training` part of a job: what the engine is told, and what only the data gives a meaning.
public struct TrainingSettings: Sendable {
    /// The engine's training.
    public var specification: TrainingSpecification
    /// What the examples of each class count; nil: the same.
    public var classWeight: ClassWeight?

    /// Training by `specification`.
    public init(_ specification: TrainingSpecification, classWeight: ClassWeight? = nil) {
        self.specification = specification
        self.classWeight = classWeight
    }

    /// Reads a `training` object (nil: all defaults). `drawSeed` is asked where the client names no seed. Faults go to
    /// `faults` and leave defaults behind.
    public init(
        reading node: JSONNode?, at pointer: String, faults: FaultCollector, limits: JobLimits = .most,
        drawSeed: () -> UInt32
    ) {
        specification = TrainingSpecification(
            reading: node, at: pointer, faults: faults, limits: limits, drawSeed: drawSeed)
        classWeight = node?["class_weight"].flatMap { weight in
            weight.isNull ? nil : ClassWeight(reading: weight, at: "\(pointer)/class_weight", faults: faults)
        }
    }

    /// Writes the resolved `training` object; a client may send it back.
    public func write(to json: inout JSONWriter) {
        specification.write(to: &json) { json in
            json.name("class_weight")
            if let classWeight { classWeight.write(into: &json) } else { json.null() }
        }
    }
}

extension TrainingSpecification {
    /// Reads a `training` object (nil: all defaults). `drawSeed` is asked where the client names no seed. Faults go to
    /// `faults` and leave defaults behind.
    public init(
        reading node: JSONNode?, at pointer: String, faults: FaultCollector, limits: JobLimits = .most,
        drawSeed: () -> UInt32
    ) {
        self.init()
        epochs = min(epochs, limits.epochs)
        timeLimitSeconds = limits.seconds
        guard let node else {
            seed = UInt64(drawSeed())
            dropoutSeed = seed
            historyEvery = TrainingSpecification.defaultHistoryEvery(epochs: epochs, most: limits.historyRows)
            return
        }
        var fields = ObjectReader(node, at: pointer, faults: faults)
        epochs = fields.integer("epochs", in: 1...limits.epochs) ?? epochs
        batchSize = TrainingSpecification.batchSize(&fields) ?? batchSize
        shuffle = fields.boolean("shuffle") ?? shuffle
        optimizer = OptimizerSpecification(reading: &fields) ?? optimizer
        learningRate =
            fields.number("learning_rate", "a number above 0 and at most 1e6") { $0 > 0 && $0 <= 1e6 }
            ?? optimizer.name.defaultLearningRate
        learningRateDecay = LearningRateDecay(reading: &fields)
        l1Lambda = fields.number("l1_lambda", "a number from 0", where: { $0 >= 0 }) ?? l1Lambda
        l2Lambda = fields.number("l2_lambda", "a number from 0", where: { $0 >= 0 }) ?? l2Lambda
        clipNorm = fields.number("clip_norm", "a number above 0", where: { $0 > 0 })
        earlyStopping = EarlyStopping(reading: &fields)
        let timeRule = limits.seconds.map { "a number above 0 and at most \($0)" } ?? "a number above 0"
        timeLimitSeconds =
            fields.number("time_limit_seconds", timeRule) { $0 > 0 && $0 <= limits.seconds ?? .infinity }
            ?? timeLimitSeconds
        precision = fields.choice("precision") ?? precision
        historyEvery =
            fields.integer("history_every", in: 1...Int.max)
            ?? TrainingSpecification.defaultHistoryEvery(epochs: epochs, most: limits.historyRows)
        if epochs / historyEvery > limits.historyRows {
            let least = (epochs + limits.historyRows - 1) / limits.historyRows
            fields.fault(
                "history_every",
                "must be at least \(least) with \(epochs) epochs, not \(historyEvery): a history has at most "
                    + "\(limits.historyRows) rows")
        }
        threads = fields.integer("threads", in: 1...limits.threads) ?? threads
        generator = fields.choice("generator") ?? generator
        dropoutMask = fields.choice("dropout_mask") ?? dropoutMask
        // The data's classes give it a meaning: `TrainingSettings` reads it.
        _ = fields.value("class_weight")
        monitor = fields.choice("monitor") ?? monitor
        stopOn = TrainingSpecification.stopOn(&fields) ?? stopOn
        if monitor == .off, !stopOn.isEmpty {
            fields.fault("stop_on", "needs \"monitor\": \"on\": without it no alarm is raised")
        }
        seed = fields.unsigned("seed") ?? UInt64(drawSeed())
        dropoutSeed = fields.unsigned("dropout_seed") ?? seed
        if generator == .numpy {
            for (name, value) in [("seed", seed), ("dropout_seed", dropoutSeed)]
            where fields.has(name) && value > UInt64(UInt32.max) {
                fields.fault(name, "must be at most 4294967295 with generator numpy")
            }
        }
        fields.finish()
    }

    /// The most history rows a job gets that does not say how many it wants.
    public static let defaultHistoryRows = 1_000

    /// The smallest round number (1, 2 or 5 times a power of ten) of epochs between rows that keeps a history of
    /// `epochs` within `defaultHistoryRows` and `most` (≥ 2), first and last row included.
    public static func defaultHistoryEvery(epochs: Int, most: Int = defaultHistoryRows) -> Int {
        let most = min(most, defaultHistoryRows)
        var magnitude = 1
        while true {
            for step in [1, 2, 5] {
                let every = step * magnitude
                let rows = 1 + (epochs + every - 1) / every
                if rows <= most { return every }
            }
            magnitude *= 10
        }
    }

    private static func batchSize(_ fields: inout ObjectReader) -> BatchSize? {
        guard let node = fields.value("batch_size") else { return nil }
        if node.string == "full" { return .full }
        guard let count = node.integer, count >= 1 else {
            fields.fault("batch_size", "must be a whole number from 1, or \"full\", not \(describe(node))")
            return nil
        }
        return .count(count)
    }
}

extension TrainingSpecification {
    /// Reads `stop_on`: the names of alarms, each once.
    private static func stopOn(_ fields: inout ObjectReader) -> [HealthAlarm.Kind]? {
        guard let node = fields.value("stop_on") else { return nil }
        let pointer = fields.pointer(to: "stop_on")
        guard node.kind == .array else {
            fields.fault("stop_on", "must be an array of alarms, not \(describe(node))")
            return nil
        }
        var kinds: [HealthAlarm.Kind] = []
        for (place, element) in node.elements.enumerated() {
            let here = "\(pointer)/\(place)"
            guard let kind: HealthAlarm.Kind = ObjectReader.choice(element, at: here, faults: fields.faults) else {
                continue
            }
            if kinds.contains(kind) { fields.faults.add(here, "appears more than once") }
            kinds.append(kind)
        }
        return kinds
    }
}

extension OptimizerSpecification {
    /// Reads `optimizer`: a name, or an object with the name and its constants.
    init?(reading training: inout ObjectReader) {
        guard let node = training.value("optimizer") else { return nil }
        let pointer = training.pointer(to: "optimizer")
        guard node.kind == .object else {
            guard let name: Name = ObjectReader.choice(node, at: pointer, faults: training.faults) else { return nil }
            self = OptimizerSpecification(name)
            return
        }
        var fields = ObjectReader(node, at: pointer, faults: training.faults)
        if fields.required("name") == nil { return nil }
        guard let name: Name = fields.choice("name") else { return nil }
        let share = "a number from 0 to below 1"
        func decay(_ field: String, _ usual: Double) -> Double {
            fields.number(field, share, where: { $0 >= 0 && $0 < 1 }) ?? usual
        }
        func epsilon() -> Double {
            fields.number("epsilon", "a number from 1e-30 to 1") { $0 >= 1e-30 && $0 <= 1 } ?? 1e-8
        }
        switch name {
        case .sgd: self = .sgd
        case .momentum: self = .momentum(beta: decay("beta", 0.9))
        case .rmsprop: self = .rmsprop(rho: decay("rho", 0.9), epsilon: epsilon())
        case .adam: self = .adam(beta1: decay("beta1", 0.9), beta2: decay("beta2", 0.999), epsilon: epsilon())
        case .adamw:
            self = .adamw(
                beta1: decay("beta1", 0.9), beta2: decay("beta2", 0.999), epsilon: epsilon(),
                weightDecay: fields.number("weight_decay", "a number from 0", where: { $0 >= 0 }) ?? 0.01)
        }
        fields.finish()
    }

    /// The optimizer with its usual constants.
    public init(_ name: Name) {
        switch name {
        case .sgd: self = .sgd
        case .momentum: self = .momentum(beta: 0.9)
        case .rmsprop: self = .rmsprop(rho: 0.9, epsilon: 1e-8)
        case .adam: self = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        case .adamw: self = .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01)
        }
    }
}

extension LearningRateDecay {
    /// Reads `learning_rate_decay`: null, `"cosine"`, or an object with the name and its constants.
    init?(reading training: inout ObjectReader) {
        guard let node = training.value("learning_rate_decay") else { return nil }
        if node.string == Name.cosine.rawValue {
            self = .cosine(minimum: 0)
            return
        }
        var fields = ObjectReader(node, at: training.pointer(to: "learning_rate_decay"), faults: training.faults)
        guard node.kind == .object, fields.required("name") != nil, let name: Name = fields.choice("name") else {
            return nil
        }
        func rate(_ rule: String, _ isLegal: (Double) -> Bool) -> Double {
            guard fields.required("rate") != nil else { return 1 }
            return fields.number("rate", rule, where: isLegal) ?? 1
        }
        let share = "a number above 0 and at most 1"
        switch name {
        case .step:
            if fields.required("every") == nil { return nil }
            self = .step(rate: rate(share) { $0 > 0 && $0 <= 1 }, every: fields.integer("every", in: 1...Int.max) ?? 1)
        case .exponential: self = .exponential(rate: rate(share) { $0 > 0 && $0 <= 1 })
        case .inverseTime: self = .inverseTime(rate: rate("a number from 0") { $0 >= 0 })
        case .cosine: self = .cosine(minimum: fields.number("minimum", "a number from 0", where: { $0 >= 0 }) ?? 0)
        }
        fields.finish()
    }
}

extension EarlyStopping {
    /// Reads `early_stopping`: null or an object.
    init?(reading training: inout ObjectReader) {
        guard let node = training.value("early_stopping") else { return nil }
        var fields = ObjectReader(node, at: training.pointer(to: "early_stopping"), faults: training.faults)
        let usual = EarlyStopping()
        self.init(
            monitor: fields.choice("monitor") ?? usual.monitor,
            patience: fields.integer("patience", in: 1...Int.max) ?? usual.patience,
            minDelta: fields.number("min_delta", "a number from 0", where: { $0 >= 0 }) ?? usual.minDelta,
            restoreBest: fields.boolean("restore_best") ?? usual.restoreBest)
        fields.finish()
    }
}
