import Charts
import HTTPDaemon
import Jobs

/// Draws what jobs did and learned.
struct PlotsController: Sendable {
    let service: TrainingService

    func cost(_ request: RoutedRequest) throws -> HTTPResponse {
        var plot = try PlotRequest(request, width: 800, height: 560)
        let scale = plot.query.choice("scale", of: CostPlot.Scale.self) ?? .linear
        try plot.query.finish()
        let job = try service.job(plot.job, for: request.caller)
        let history = try service.history(of: job)
        return try plot.answer(CostPlot(history, of: job, summary: JobSummary(job), scale: scale))
    }

    func decisionBoundary(_ request: RoutedRequest) throws -> HTTPResponse {
        var plot = try PlotRequest(request, width: 720, height: 640)
        let x = plot.query.string("x", limit: 1000)
        let y = plot.query.string("y", limit: 1000)
        let sets = plot.query.sets("sets")
        let resolution = plot.query.integer("resolution", in: PredictionGrid.resolutions)
        try plot.query.finish()
        let trained = try service.trainedJob(plot.job, for: request.caller)
        let features = try PlaneFeatures(trained.data, x: x, y: y)
        return try plot.answer(DecisionBoundaryPlot(trained, along: features, showing: sets, resolution: resolution))
    }

    func weights(_ request: RoutedRequest) throws -> HTTPResponse {
        let plot = try PlotRequest(request, width: 800, height: 560)
        try plot.query.finish()
        let (job, _, network) = try service.trainedNetwork(plot.job, for: request.caller)
        return try plot.answer(WeightsPlot(network, summary: JobSummary(job)))
    }

    func gradients(_ request: RoutedRequest) throws -> HTTPResponse {
        let plot = try PlotRequest(request, width: 800, height: 560)
        try plot.query.finish()
        let job = try service.job(plot.job, for: request.caller)
        return try plot.answer(GradientsPlot(service.history(of: job), summary: JobSummary(job)))
    }

    func calibration(_ request: RoutedRequest) throws -> HTTPResponse {
        var plot = try PlotRequest(request, width: 640, height: 640)
        let set = plot.query.choice("set", of: ExampleRole.self)
        let label = plot.query.string("class", limit: 1000)
        let bins = plot.query.integer("bins", in: CalibrationPlot.binCounts) ?? 10
        try plot.query.finish()
        let trained = try service.trainedJob(plot.job, for: request.caller)
        return try plot.answer(CalibrationPlot(trained, set: set, class: label, bins: bins))
    }

    func confusion(_ request: RoutedRequest) throws -> HTTPResponse {
        var plot = try PlotRequest(request, width: 640, height: 600)
        let set = plot.query.choice("set", of: ExampleRole.self)
        try plot.query.finish()
        return try plot.answer(ConfusionPlot(try service.trainedJob(plot.job, for: request.caller), set: set))
    }
}

extension QueryReader {
    /// Words of sets with commas between them; all sets if not given.
    fileprivate mutating func sets(_ name: String) -> Set<ExampleRole> {
        guard let text = string(name) else { return Set(ExampleRole.allCases) }
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let sets = words.compactMap { ExampleRole(rawValue: String($0)) }
        let known = ExampleRole.allCases.map(\.rawValue).joined(separator: ", ")
        if sets.count < words.count { fault(name, "must be some of \(known) with commas between them") }
        if Set(sets).count < sets.count { fault(name, "names a set more than once") }
        return Set(sets)
    }
}
