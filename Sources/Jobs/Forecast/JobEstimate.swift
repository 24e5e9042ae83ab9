import Datasets
import JSONDocument
import Perceptron

/// What a job would take, told before anything is queued.
public struct JobEstimate: Sendable {
    /// What was looked at.
    public let size: RunSize
    /// Memory beside the data.
    public let memory: TrainingMemory
    /// Bytes of the data, which is mapped and shared by the jobs on it.
    public let dataBytes: Int
    /// Time on this machine.
    public let time: TrainingTime

    /// An estimate of a run of `size` over a table of `dataBytes` bytes.
    /// - Throws: what keeps this machine from being measured.
    public init(_ size: RunSize, dataBytes: Int) throws(TrainingError) {
        self.size = size
        self.dataBytes = dataBytes
        memory = TrainingMemory(size)
        time = try TrainingTime(size)
    }

    /// Bytes of the trained network.
    public var networkBytes: Int { TrainingMemory.whole(memory.parameters / 2) }

    /// Bytes of the learning curve, about.
    public var historyBytes: Int { 120 * size.historyRows }

    /// Bytes of the last two checkpoints while the job runs; 0 for one that is over before its first.
    public func checkpointBytes(every interval: Double?) -> Int {
        guard let interval, time.total > interval else { return 0 }
        return TrainingMemory.whole(2 * (memory.parameters / 2 + memory.moments))
    }
}

extension RunSize {
    /// Tells what is more than a job may take.
    func check(against limits: JobLimits, _ faults: FaultCollector) {
        let parameters = network.parameterCount
        if parameters > limits.parameters {
            faults.add(
                "/network/hidden_layers", "makes \(parameters) parameters; a job may have at most \(limits.parameters)")
        }
        let bytes = TrainingMemory(self).total
        if bytes > limits.memory {
            faults.add(
                "/network/hidden_layers",
                "makes \(parameters) parameters, which with one batch of activations take \(bytes) bytes "
                    + "of memory; a job may take \(limits.memory)")
        }
    }

    /// The size of the job that `request` asks for, on data that it only describes.
    /// - Throws: every fault of the request that shows without the data.
    public init(_ request: JobRequest, limits: JobLimits) throws(Faults) {
        let faults = FaultCollector()
        for fault in request.faults { faults.add(fault.pointer, fault.detail) }
        guard let data = request.description, faults.faults.isEmpty else { throw Faults(faults.faults) }
        let training = request.training.specification
        JobPlan.check(training.earlyStopping, devRows: data.dev, data.task, faults)
        do throws(Faults) {
            let network = try request.network.specification(
                inputs: data.features, outputs: data.outputs, task: data.task, precision: training.precision)
            self.init(
                network: network, training: training, trainRows: data.train, devRows: data.dev, testRows: data.test,
                augmentation: data.augmentation)
        } catch {
            faults.add(error)
            throw Faults(faults.faults)
        }
        check(against: limits, faults)
        try faults.throwIfAny()
    }
}

extension JobPlan {
    /// What decides how much the job takes.
    public var size: RunSize {
        RunSize(
            network: network, training: training, trainRows: data.trainRows, devRows: data.devRows,
            testRows: data.testRows, augmentation: data.sets.augmentation)
    }
}
