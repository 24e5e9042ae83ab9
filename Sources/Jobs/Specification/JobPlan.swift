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

    /// Brings a job's parts together. The same parts give the same plan.
    /// - Parameter memoryLimit: bytes that one job may take.
    /// - Throws: every fault that only the data shows.
    public init(
        data specification: DataSpecification, network settings: NetworkSettings, training choice: TrainingSettings,
        table: MappedTable, limits: DatasetLimits = DatasetLimits(), memoryLimit: Int = .max
    ) throws(Faults) {
        let training = choice.specification
        data = try prepare(
            specification, table: table, seed: training.seed, classWeight: choice.classWeight, limits: limits)
        networkSettings = settings
        trainingSettings = choice
        let faults = FaultCollector()
        JobPlan.check(training.earlyStopping, data, faults)
        do throws(Faults) {
            network = try settings.specification(
                inputs: data.inputCount, outputs: data.outputCount, task: data.task, precision: training.precision)
        } catch {
            faults.add(error)
            throw Faults(faults.faults)
        }
        if training.precision == .float32 { JobPlan.checkFloat32Targets(data, faults) }
        let bytes = Training.memoryBytes(network, training, rows: data.trainRows)
        if bytes > memoryLimit {
            faults.add(
                "/network/hidden_layers",
                "makes \(network.parameterCount) parameters, which with one batch of activations take \(bytes) bytes "
                    + "of memory; a job may take \(memoryLimit)")
        }
        try faults.throwIfAny()
    }

    private static func check(_ stopping: EarlyStopping?, _ data: PreparedData, _ faults: FaultCollector) {
        guard let stopping else { return }
        if stopping.monitor != .trainLoss, data.devRows == 0 {
            faults.add("/training/early_stopping", "watches the dev set, and there are no dev rows")
        }
        if stopping.monitor == .devAccuracy, data.task == .regression {
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

    /// The resolved settings, a JSON object with `data`, `network` and `training`: what the job is stored with and
    /// shows to clients.
    public func settings(initialWeightsHash: String?) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.name("data")
            data.writeSettings(into: &json)
            json.name("network")
            networkSettings.write(to: &json, initialWeightsHash: initialWeightsHash)
            json.name("training")
            trainingSettings.write(to: &json)
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
        try faults.throwIfAny()
        guard let data else { throw Faults(pointer: "/data", detail: "is required") }
        let specification = try DataSpecification(stored: data, at: "/data")
        if let initialLayers {
            network.initialWeights = InitialWeights(
                initialLayers, units: initialLayers.map(\.biases.count), pointer: "/network/initial_weights")
        }
        try self.init(
            data: specification, network: network, training: training, table: table, limits: limits)
    }
}
