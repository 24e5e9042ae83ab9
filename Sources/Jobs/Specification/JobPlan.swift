import Datasets
import JSONDocument
import Perceptron

/// A job that can be run: settings and data brought together, everything resolved and found legal.
public struct JobPlan: Sendable {
    /// Data, split and encoded.
    public let data: PreparedData
    /// The `network` part as asked for.
    public let networkSettings: NetworkSettings
    /// The engine's network.
    public let network: NetworkSpecification
    /// The `training` part as asked for.
    public let trainingSettings: TrainingSettings
    /// The engine's training.
    public var training: TrainingSpecification { trainingSettings.specification }
    /// The error that nobody can go below: a share of wrong answers, or a mean squared error.
    public let baseError: Double

    /// Brings a job's parts together. The same parts give the same plan.
    /// - Throws: every fault that only the data shows.
    public init(
        data specification: DataSpecification, network: NetworkSettings, training: TrainingSettings,
        baseError: Double = 0, table: MappedTable, limits: DatasetLimits = DatasetLimits(),
        jobLimits: JobLimits = .most
    ) throws(Faults) {
        let data = try prepare(
            specification, table: table, seed: training.specification.seed, classWeight: training.classWeight,
            limits: limits)
        try self.init(
            data: data, network: network, training: training, baseError: baseError, jobLimits: jobLimits)
    }

    /// The same of data that is prepared already, with the seed and the class weights of `training`.
    init(
        data: PreparedData, network settings: NetworkSettings, training choice: TrainingSettings,
        baseError: Double = 0, jobLimits: JobLimits = .most
    ) throws(Faults) {
        let training = choice.specification
        self.data = data
        networkSettings = settings
        trainingSettings = choice
        self.baseError = baseError
        let faults = FaultCollector()
        if data.task != .regression, baseError > 1 {
            faults.add("/base_error", "must be at most 1, not \(baseError): it is a share of wrong answers")
        }
        JobPlan.check(training.earlyStopping, devRows: data.devRows, data.task, faults)
        do throws(Faults) {
            network = try settings.specification(
                inputs: data.inputCount, outputs: data.outputCount, task: data.task, precision: training.precision)
        } catch {
            faults.add(error)
            throw Faults(faults.faults)
        }
        if training.precision == .float32 { JobPlan.checkFloat32Targets(data, faults) }
        size.check(against: jobLimits, faults)
        try faults.throwIfAny()
    }

    static func check(_ stopping: EarlyStopping?, devRows: Int, _ task: Task, _ faults: FaultCollector) {
        guard let stopping else { return }
        if stopping.monitor != .trainLoss, devRows == 0 {
            faults.add("/training/early_stopping", "watches the dev set, and there are no dev rows")
        }
        if stopping.monitor == .devAccuracy, task == .regression {
            faults.add("/training/early_stopping/monitor", "must not be dev_accuracy: regression has no accuracy")
        }
    }

    private static func checkFloat32Targets(_ data: PreparedData, _ faults: FaultCollector) {
        guard data.task == .regression else { return }
        for set in [data.sets.train, data.sets.dev, data.sets.test].compactMap(\.self) {
            let row = set.rows.first { !Float(set.table[Int($0), set.targetColumn]).isFinite }
            guard let row else { continue }
            return faults.add(
                data.pointer(toTargetOfRow: Int(row)),
                "the target of row \(row + 1) is too large for float32; \"precision\": \"float64\" holds it")
        }
    }

    /// The resolved settings, a JSON object with `data`, `network`, `training` and `base_error`: what the job is stored with and
    /// shows to clients.
    public func settings(initialWeightsHash: String?) -> [UInt8] {
        JobPlan.settings(data, networkSettings, trainingSettings, baseError, initialWeightsHash: initialWeightsHash)
    }

    /// The same of a job's parts.
    static func settings(
        _ data: PreparedData, _ network: NetworkSettings, _ training: TrainingSettings, _ baseError: Double,
        initialWeightsHash: String?
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.name("data")
            data.writeSettings(into: &json)
            json.name("network")
            network.write(to: &json, initialWeightsHash: initialWeightsHash)
            json.name("training")
            training.write(to: &json)
            json.member("base_error", baseError)
        }
        return json.bytes
    }
}

extension JobPlan {
    /// The plan of a stored job.
    /// - Parameter initialLayers: what `initial_weights` was, if the job has any.
    public init(
        stored settings: [UInt8], initialLayers: [LayerParameters]?, table: MappedTable, limits: DatasetLimits
    ) throws {
        let root = try JSONDocument.parse(settings).root
        let faults = FaultCollector()
        var fields = ObjectReader(root, at: "", faults: faults)
        let data = fields.required("data")
        var network = NetworkSettings(stored: fields.required("network"), faults: faults)
        let training = TrainingSettings(
            reading: fields.required("training"), at: "/training", faults: faults, drawSeed: { 0 })
        let baseError = fields.number("base_error", "a number from 0", where: { $0 >= 0 }) ?? 0
        try faults.throwIfAny()
        guard let data else { throw Faults(pointer: "/data", detail: "is required") }
        let specification = try DataSpecification(stored: data, at: "/data")
        if let initialLayers {
            network.initialWeights = InitialWeights(
                initialLayers, units: initialLayers.map(\.biases.count), pointer: "/network/initial_weights")
        }
        try self.init(
            data: specification, network: network, training: training, baseError: baseError, table: table,
            limits: limits)
    }
}
