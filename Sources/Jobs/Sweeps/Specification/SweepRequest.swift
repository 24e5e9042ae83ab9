import Datasets
import JSONDocument
import Perceptron

/// A sweep as a client asks for it, its data not yet looked at.
public struct SweepRequest: Sendable {
    /// Where the job is in the document.
    public static let jobPointer = "/job"

    /// The client's own name for the sweep.
    public let name: String?
    /// The job that trials depart from.
    public let job: JobRequest?
    /// What is tried and how; nil where that is at fault.
    package let settings: SweepSettings?
    let template: TrialTemplate?
    /// Every fault that can be told without the data, those of the job among them; the sweep cannot be run if there are any.
    public let faults: [Fault]

    /// Reads a sweep's document. `drawSeed` is asked for the seeds that the client does not name.
    public init(
        _ node: JSONNode, limits: JobLimits = .most, sweepJobs: Int = SweepLimits.jobs.upperBound,
        drawSeed: () -> UInt32 = { UInt32.random(in: 0 ... .max) }
    ) {
        let faults = FaultCollector()
        var fields = ObjectReader(node, at: "", faults: faults)
        name = fields.string("name", limit: JobRequest.nameLimit)
        let document = fields.required("job")
        if let document, document.kind == .object {
            let job = JobRequest(document, limits: limits, drawSeed: drawSeed)
            self.job = job
            if !job.faults.isEmpty { faults.add(Faults(job.faults).under(SweepRequest.jobPointer)) }
            if document["network"]?["initial_weights"].map({ !$0.isNull }) ?? false {
                faults.add(
                    "\(SweepRequest.jobPointer)/network/initial_weights",
                    "does not go with a sweep: its trials begin with weights of their own")
            }
            template = TrialTemplate(
                network: document["network"], training: document["training"], seed: job.training.specification.seed,
                timeLimit: limits.seconds == nil ? nil : job.training.specification.timeLimitSeconds)
        } else {
            if let document { faults.add(SweepRequest.jobPointer, "must be an object, not \(describe(document))") }
            (job, template) = (nil, nil)
        }
        settings = SweepSettings(
            reading: &fields, epochs: job?.training.specification.epochs, mostJobs: sweepJobs, drawSeed: drawSeed)
        if node.kind == .object { fields.finish() }
        if let settings, let template, faults.faults.isEmpty {
            SweepRequest.check(settings, template, limits, faults)
        }
        self.faults = faults.faults
    }

    /// Every value by itself, read as the job's field would be; and network sizes with what there is one of for each layer.
    private static func check(
        _ settings: SweepSettings, _ template: TrialTemplate, _ limits: JobLimits, _ faults: FaultCollector
    ) {
        for (dimension, pointer) in zip(settings.dimensions, settings.pointers) {
            for (place, value) in dimension.ends.enumerated() {
                let here = pointer + dimension.pointer(toValue: place)
                check(
                    .init(values: [(dimension.parameter, value)]), template, limits, dimension.parameter, at: here,
                    faults)
            }
        }
        guard faults.faults.isEmpty, let layers = settings.dimensions.first(where: { $0.parameter == .hiddenLayers })
        else { return }
        for (dimension, pointer) in zip(settings.dimensions, settings.pointers)
        where dimension.parameter == .activation || dimension.parameter == .keepProb {
            for (place, value) in dimension.ends.enumerated() {
                let here = pointer + dimension.pointer(toValue: place)
                for size in layers.ends where faults.faults.isEmpty {
                    check(
                        .init(values: [(.hiddenLayers, size), (dimension.parameter, value)]), template, limits,
                        dimension.parameter, at: here, faults)
                }
            }
        }
    }

    private static func check(
        _ changes: TrialTemplate.Changes, _ template: TrialTemplate, _ limits: JobLimits, _ parameter: SweepParameter,
        at pointer: String, _ faults: FaultCollector
    ) {
        do {
            _ = try template.settings(changes, limits: limits)
        } catch let found as Faults {
            for fault in found.all {
                if fault.pointer == parameter.pointer || fault.pointer.hasPrefix(parameter.pointer + "/") {
                    faults.add(pointer + fault.pointer.dropFirst(parameter.pointer.count), fault.detail)
                } else {
                    faults.add(pointer, "makes the job faulty: \(fault.pointer) \(fault.detail)")
                }
            }
        } catch {
            faults.add(pointer, "cannot be read")
        }
    }
}

extension Faults {
    /// The same, of a document that is a part of another.
    public func under(_ pointer: String) -> Faults {
        Faults(all.map { Fault(pointer: pointer + $0.pointer, detail: $0.detail) })
    }
}
