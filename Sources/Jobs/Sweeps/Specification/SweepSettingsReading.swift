import Datasets
import JSONDocument

/// Limits on what one sweep may ask for.
public enum SweepLimits {
    /// Parameters of one search.
    public static let parameters = 1...10
    /// Jobs of one sweep.
    public static let jobs = 2...1_000
    /// Jobs of a sweep that does not say.
    public static let defaultJobs = 100
    /// Trials of a sweep that does not say, if its jobs suffice for as many.
    public static let defaultTrials = 20
    /// Trials of a bayesian search: its model takes their number to the third power.
    public static let bayesianTrials = 200
    /// Grids up to this many combinations are counted.
    static let countedCombinations = 1_000_000
}

extension SweepSettings {
    /// Reads a sweep's own members, resolved or not; `epochs` are those of its job. Nil, with faults told, where
    /// something is wrong with them.
    init?(
        reading fields: inout ObjectReader, epochs: Int?, mostJobs: Int = SweepLimits.jobs.upperBound,
        drawSeed: () -> UInt32
    ) {
        let known = fields.faults.faults.count
        judge = SweepJudge(reading: fields.value("judge"), at: fields.pointer(to: "judge"), faults: fields.faults)
        maxJobs =
            fields.integer("max_jobs", in: SweepLimits.jobs.lowerBound...mostJobs)
            ?? min(SweepLimits.defaultJobs, mostJobs)
        maxSeconds = fields.number("max_seconds", "a number above 0", where: { $0 > 0 })
        seed = fields.unsigned("seed") ?? UInt64(drawSeed())
        choose = fields.choice("choose") ?? .best
        refit = fields.boolean("refit") ?? false
        halving = nil
        if let node = fields.value("halving") {
            halving = Halving(reading: node, at: fields.pointer(to: "halving"), epochs: epochs, faults: fields.faults)
        }
        (method, dimensions, pointers, trials, batch) = (.grid, [], [], 0, SweepSettings.defaultBatch)
        guard let search = fields.required("search") else { return nil }
        var reader = ObjectReader(search, at: fields.pointer(to: "search"), faults: fields.faults)
        method = reader.choice("method") ?? .grid
        for (dimension, pointer) in SweepSettings.dimensions(&reader) {
            dimensions.append(dimension)
            pointers.append(pointer)
        }
        batch = reader.integer("batch", in: 1...64) ?? SweepSettings.defaultBatch
        if method != .bayesian, reader.value("batch") != nil {
            reader.fault("batch", "goes with the bayesian method alone")
        }
        if method == .grid { checkSteps(reader) }
        checkHalving(&fields)
        guard fields.faults.faults.count == known else {
            _ = reader.value("trials")
            reader.finish()
            return nil
        }
        countTrials(&reader, epochs: epochs ?? 1)
        reader.finish()
        if fields.faults.faults.count != known { return nil }
    }

    static let defaultBatch = 4

    private static func dimensions(_ search: inout ObjectReader) -> [(SearchDimension, pointer: String)] {
        guard let node = search.required("parameters") else { return [] }
        let pointer = search.pointer(to: "parameters")
        let faults = search.faults
        guard node.kind == .object, SweepLimits.parameters.contains(node.count) else {
            faults.add(
                pointer,
                node.kind == .object
                    ? "must have 1 to \(SweepLimits.parameters.upperBound) parameters, not \(node.count)"
                    : "must be an object of parameters, not \(describe(node))")
            return []
        }
        var dimensions: [(SearchDimension, pointer: String)] = []
        var seen: Set<SweepParameter> = []
        for (name, value) in node.members {
            let place = "\(pointer)/\(pointerToken(name))"
            guard let parameter = SweepParameter(named: name) else {
                let names = SweepParameter.allCases.map(\.rawValue).joined(separator: ", ")
                faults.add(place, "is nothing that can be varied; here one may use: \(names)")
                continue
            }
            guard seen.insert(parameter).inserted else {
                faults.add(place, "\(parameter.rawValue) appears more than once")
                continue
            }
            if let dimension = SearchDimension(parameter, reading: value, at: place, faults: faults) {
                dimensions.append((dimension, value["values"] == nil ? place : "\(place)/values"))
            }
        }
        return dimensions
    }

    private func checkSteps(_ search: ObjectReader) {
        for (dimension, pointer) in zip(dimensions, pointers) {
            if case .range(let scale, _, _, nil) = dimension.candidates {
                search.faults.add("\(pointer)/\(scale.rawValue)/steps", "is required with the grid method")
            }
        }
    }

    private func checkHalving(_ fields: inout ObjectReader) {
        guard fields.value("halving") != nil else { return }
        if method == .bayesian { fields.fault("halving", "does not go with the bayesian method") }
        if dimensions.contains(where: { $0.parameter == .epochs }) {
            fields.fault("halving", "does not go with a search over epochs")
        }
    }

    /// All combinations, or nil for more than are counted.
    var combinations: Int? {
        var count = 1
        for dimension in dimensions {
            guard let values = dimension.values else { return nil }
            count *= values.count
            if count > SweepLimits.countedCombinations { return nil }
        }
        return count
    }

    /// Settles how many trials there are; they must fit into the jobs.
    private mutating func countTrials(_ search: inout ObjectReader, epochs: Int) {
        let rungs = rungs(epochs: epochs).count
        let most = method == .bayesian ? SweepLimits.bayesianTrials : SweepLimits.jobs.upperBound
        let asked = search.integer("trials", in: 1...most)
        if method == .grid, let combinations { trials = combinations }
        if method == .grid, combinations == nil { trials = SweepLimits.countedCombinations }
        if method != .grid { trials = min(asked ?? SweepLimits.defaultTrials, combinations ?? .max) }
        if method == .grid, let asked, asked != trials {
            search.fault("trials", "goes with the random and bayesian methods; this grid has \(trials)")
        }
        if plannedJobs(rungs: rungs) <= maxJobs { return }
        if method != .grid, asked == nil {
            while trials > 1, plannedJobs(rungs: rungs) > maxJobs { trials -= 1 }
            if plannedJobs(rungs: rungs) <= maxJobs { return }
        }
        search.faults.add(
            "/max_jobs",
            "\(maxJobs) are too few: \(trials) trials, "
                + "\(judge.runs == 1 ? "" : "\(judge.runs) runs each, ")"
                + "and the final model take \(plannedJobs(rungs: rungs)) jobs")
    }
}

extension SweepJudge {
    fileprivate init(reading node: JSONNode?, at pointer: String, faults: FaultCollector) {
        self.init()
        guard let node else { return }
        var fields = ObjectReader(node, at: pointer, faults: faults)
        by = fields.choice("by") ?? by
        folds = fields.integer("folds", in: 2...SetArrangement.foldLimit)
        repeats = fields.integer("repeats", in: 1...SetArrangement.foldLimit) ?? 1
        if folds == nil, repeats > 1 { fields.fault("repeats", "goes with folds alone") }
        if runs > SweepJudge.runLimit {
            fields.fault("repeats", "makes \(runs) runs of each trial; at most \(SweepJudge.runLimit) are allowed")
        }
        fields.finish()
    }
}

extension Halving {
    fileprivate init(reading node: JSONNode, at pointer: String, epochs: Int?, faults: FaultCollector) {
        var fields = ObjectReader(node, at: pointer, faults: faults)
        eta = fields.integer("eta", in: 2...100) ?? 3
        let epochs = epochs ?? 1
        minEpochs = fields.integer("min_epochs", in: 1...Int.max) ?? max(1, epochs / (eta * eta))
        if minEpochs >= epochs {
            fields.fault("min_epochs", "must be below the job's \(epochs) epochs, not \(minEpochs)")
        }
        fields.finish()
    }
}

extension SweepSettings {
    /// Writes what `init(reading:)` reads, as members of an object that the caller has open.
    func writeMembers(to json: inout JSONWriter) {
        json.object("search") { json in
            json.member("method", method.rawValue)
            json.object("parameters") { json in
                for dimension in dimensions {
                    json.name(dimension.parameter.rawValue)
                    dimension.write(to: &json)
                }
            }
            json.member("trials", trials)
            json.member("batch", method == .bayesian ? batch : nil)
        }
        json.object("judge") { json in
            json.member("by", judge.by.rawValue)
            json.member("folds", judge.folds)
            json.member("repeats", judge.repeats)
        }
        json.name("halving")
        if let halving {
            json.object { json in
                json.member("eta", halving.eta)
                json.member("min_epochs", halving.minEpochs)
            }
        } else {
            json.null()
        }
        json.member("max_jobs", maxJobs)
        json.member("max_seconds", maxSeconds)
        json.member("seed", seed)
        json.member("choose", choose.rawValue)
        json.member("refit", refit)
    }
}
