import Datasets
import JSONDocument
import Perceptron

/// A sweep that can be run: settings and data brought together, everything resolved.
public struct SweepSpecification: Sendable {
    /// What is tried, and how.
    public let settings: SweepSettings
    /// The name that the client gave the job, which all jobs of the sweep have; nil for the sweep's own.
    let jobName: String?
    /// The settings of the job that trials depart from, as `JobPlan.settings` writes them.
    public let job: [UInt8]
    /// Its epochs.
    let epochs: Int
    /// Its data, as all jobs of the sweep share it.
    let data: DataSpecification
    /// Its dev rows.
    let devRows: Int
    let template: TrialTemplate

    /// Epochs of each rung.
    package var rungs: [Int] { settings.rungs(epochs: epochs) }
    /// Jobs to be run if nothing fails.
    public var plannedJobs: Int { settings.plannedJobs(rungs: rungs.count) }

    /// Brings the parts of a sweep together and tries all of them: every dealing of the rows and every value.
    /// - Throws: every fault that only the data shows.
    public init(
        _ request: SweepRequest, data specification: DataSpecification, table: MappedTable,
        limits: DatasetLimits = DatasetLimits(), jobLimits: JobLimits = .most
    ) throws {
        guard let job = request.job, let settings = request.settings, let template = request.template else {
            throw Faults(request.faults)
        }
        let base = try SweepSpecification.underJob {
            try prepare(
                specification, table: table, seed: job.training.specification.seed,
                classWeight: job.training.classWeight, limits: limits)
        }
        try SweepSpecification.check(settings.judge, base)
        var arranged = base.specification
        var first: PreparedData?
        for fold in 0..<settings.judge.runs {
            arranged.arrangement = settings.judge.arrangement(fold: fold)
            let data = try SweepSpecification.underJob {
                try prepare(
                    arranged, table: table, seed: job.training.specification.seed,
                    classWeight: job.training.classWeight, limits: limits)
            }
            if first == nil { first = data }
        }
        guard let first else { throw Faults(pointer: "/judge", detail: "asks for no run") }
        _ = try SweepSpecification.underJob {
            try JobPlan(
                data: first, network: job.network, training: job.training, baseError: job.baseError,
                jobLimits: jobLimits)
        }
        let faults = FaultCollector()
        var largest: [(SweepParameter, SweepValue)] = []
        for (dimension, pointer) in zip(settings.dimensions, settings.pointers) {
            var most = -1
            for (place, value) in dimension.ends.enumerated() {
                let (network, training) = try template.settings(.init(values: [(dimension.parameter, value)]))
                do throws(Faults) {
                    let plan = try JobPlan(data: first, network: network, training: training, jobLimits: jobLimits)
                    let bytes = TrainingMemory(plan.size).total
                    if bytes > most { largest.append((dimension.parameter, value)) }
                    most = max(most, bytes)
                } catch {
                    let why = error.all.first.map { "\($0.pointer) \($0.detail)" } ?? ""
                    faults.add(
                        pointer + dimension.pointer(toValue: place), "makes the job faulty: \(why)")
                }
            }
        }
        try faults.throwIfAny()
        try SweepSpecification.check(largest, together: template, first, jobLimits)
        self.settings = settings
        self.template = template
        jobName = job.name
        epochs = job.training.specification.epochs
        data = base.specification
        devRows = base.devRows
        self.job = JobPlan.settings(base, job.network, job.training, job.baseError, initialWeightsHash: nil)
    }

    private static func check(_ judge: SweepJudge, _ data: PreparedData) throws(Faults) {
        let faults = FaultCollector()
        if judge.folds == nil, data.devRows == 0 {
            faults.add("/judge", "needs folds: the data has no dev rows")
        }
        if let folds = judge.folds, data.trainRows + data.devRows < folds {
            faults.add(
                "/judge/folds", "must be at most the rows beside the test set, \(data.trainRows + data.devRows)")
        }
        if !judge.by.fits(data.task) {
            faults.add("/judge/by", "must not be \(judge.by.rawValue): the task is \(data.task.rawValue)")
        }
        try faults.throwIfAny()
    }

    /// Values each of which a job may have can be too much together; the last one given of a parameter is looked at.
    private static func check(
        _ values: [(SweepParameter, SweepValue)], together template: TrialTemplate, _ data: PreparedData,
        _ limits: JobLimits
    ) throws {
        let together = Dictionary(values, uniquingKeysWith: { _, last in last })
        let changes = TrialTemplate.Changes(values: together.map { (parameter: $0.key, value: $0.value) })
        do {
            let (network, training) = try template.settings(changes)
            _ = try JobPlan(data: data, network: network, training: training, jobLimits: limits)
        } catch let found as Faults {
            let why = found.all.first.map { "\($0.pointer) \($0.detail)" } ?? ""
            throw Faults(pointer: "/search/parameters", detail: "make a job together that is faulty: \(why)")
        }
    }

    private static func underJob<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let faults as Faults {
            throw faults.under(SweepRequest.jobPointer)
        }
    }
}

extension SweepSpecification {
    /// What a sweep is stored with, a JSON object.
    public var stored: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("job_name", jobName)
            json.name("job")
            json.raw(job)
            json.object("given") { template.writeMembers(to: &$0) }
            settings.writeMembers(to: &json)
        }
        return json.bytes
    }

    /// Reads what `stored` wrote.
    public init(stored bytes: [UInt8]) throws(StoreError) {
        do {
            try self.init(reading: bytes)
        } catch let faults as Faults {
            let first = faults.all.first.map { "\($0.pointer) \($0.detail)" } ?? ""
            throw .corrupt("a sweep's settings: \(first)")
        } catch {
            throw .corrupt("a sweep's settings: \(error)")
        }
    }

    private init(reading bytes: [UInt8]) throws {
        let faults = FaultCollector()
        var fields = ObjectReader(try JSONDocument.parse(bytes).root, at: "", faults: faults)
        jobName = fields.string("job_name", limit: JobRequest.nameLimit)
        let job = fields.required("job")
        let given = fields.required("given")
        let epochs = job?["training"]?["epochs"]?.integer
        let settings = SweepSettings(reading: &fields, epochs: epochs, drawSeed: { 0 })
        fields.finish()
        try faults.throwIfAny()
        guard let job, let data = job["data"], let epochs, let settings, let seed = job["training"]?["seed"]?.unsigned
        else { throw Faults(pointer: "/job", detail: "is not complete") }
        self.settings = settings
        self.epochs = epochs
        self.data = try DataSpecification(stored: data, at: "/job/data")
        devRows = data["rows"]?["dev"]?.integer ?? 0
        template = TrialTemplate(network: given?["network"], training: given?["training"], seed: seed)
        var text = JSONWriter()
        text.value(job)
        self.job = text.bytes
    }

    /// Writes what a client sees of the settings, an object.
    public func writeSettings(to json: inout JSONWriter) {
        json.object { json in
            json.name("job")
            json.raw(job)
            settings.writeMembers(to: &json)
        }
    }
}
