import Datasets
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// Hands out trained models and predicts with them.
struct ModelsController: Sendable {
    let service: TrainingService

    func weights(_ request: RoutedRequest) throws -> HTTPResponse {
        let model = try model(request)
        let document = WeightsDocument(network: model.network) { json in model.writeMembers(to: &json) }
        let tag = document.tag
        let headers = [
            (name: "Content-Type", value: "application/json"), ("ETag", tag.text), ("Accept-Ranges", "bytes"),
        ]
        guard let range = RequestedRange(request.head, of: tag) else {
            // The length costs a pass over the network; who asks for the head alone wants to know it.
            let index =
                request.head.method == "HEAD"
                ? service.weightsIndexes.index(of: document, tag) : service.weightsIndexes[tag]
            return HTTPResponse(status: 200, headers: headers, body: document.body(by: index))
        }
        let index = service.weightsIndexes.index(of: document, tag)
        guard let part = range.part(of: index.length) else { throw Problem.unsatisfiableRange(length: index.length) }
        return HTTPResponse(
            status: 206,
            headers: headers + [("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(index.length)")],
            body: .stream(document.stream(part, by: index)))
    }

    func predict(_ request: RoutedRequest) throws -> HTTPResponse {
        let model = try model(request)
        let asked = try PredictionRequest(JSONDocument.parse(request.bytes).root)
        let rows = asked.rows
        let most = limitOfRows(model)
        guard rows.count <= most else {
            throw Faults(pointer: "/x", detail: "must have at most \(most) rows with this model, not \(rows.count)")
        }
        let inputs = try model.encoding.encode(rows, at: "/x")
        let (outputs, deviations) = try outputs(model, asked, inputs)
        if let place = outputs.firstIndex(where: { !$0.isFinite }) {
            let row = place / model.network.shape.outputs
            throw Faults(
                pointer: "/x/\(row)", detail: "has numbers so large that the model's prediction is not a finite number")
        }
        return .json(200) { json in
            json.object { json in
                json.member("object", "predictions")
                json.member("task", model.network.shape.task.rawValue)
                json.name("classes")
                model.writeClasses(to: &json)
                json.array("data") { json in model.writePredictions(outputs, deviations, to: &json) }
            }
        }
    }

    /// (rows, outputs), and where many passes were asked for the outputs' standard deviations.
    private func outputs(
        _ model: TrainedModel, _ asked: PredictionRequest, _ inputs: [Double]
    ) throws -> ([Double], deviations: [Double]?) {
        let rows = asked.rows.count
        let dropout = PredictionDropout(settings: model.settings["network"], seed: asked.seed)
        guard asked.mode.passes > 0 else { return (try model.network.predict(inputs, rows: rows), nil) }
        let work = Double(asked.mode.passes) * Double(rows) * model.network.shape.workOfADropoutPass
        if case .monteCarlo = asked.mode, dropout.isActive, work > service.limits.monteCarloWork {
            let times = (work / service.limits.monteCarloWork).rounded(.up)
            throw Faults(
                pointer: "/monte_carlo",
                detail:
                    "asks for about \(Int(times)) times the work that one request may make; take fewer passes or rows")
        }
        let moments = try model.network.predict(inputs, rows: rows, dropout: dropout, passes: asked.mode.passes)
        if case .monteCarlo = asked.mode { return (moments.means, moments.standardDeviations) }
        return (moments.means, nil)
    }

    private func limitOfRows(_ model: TrainedModel) -> Int {
        max(1, service.limits.predictionNumbers / (model.encoding.inputCount + model.network.shape.outputs))
    }

    private func model(_ request: RoutedRequest) throws -> TrainedModel {
        let (job, result, network) = try service.trainedNetwork(JobID(request.parameters[0]))
        return try TrainedModel(job, result, network)
    }
}

/// A job's trained network with what its settings say of inputs and outputs.
private struct TrainedModel: Sendable {
    let result: JobResult
    let network: TrainedNetwork
    let encoding: InputEncoding
    let settings: JSONNode
    let classes: [ClassLabel]

    init(_ job: Job, _ result: JobResult, _ network: TrainedNetwork) throws {
        self.result = result
        self.network = network
        encoding = try InputEncoding(JSONDocument.parse(result.inputEncoding).root)
        settings = try JSONDocument.parse(job.settings).root
        classes = settings["data"]?["classes"]?.elements.compactMap { ClassLabel($0) } ?? []
    }

    func writeClasses(to json: inout JSONWriter) {
        guard network.shape.task != .regression else { return json.null() }
        json.array { json in classes.forEach { $0.write(into: &json) } }
    }

    /// One object per row of `outputs` (rows, outputs), with the `deviations` of the same shape if there are any.
    func writePredictions(_ outputs: [Double], _ deviations: [Double]?, to json: inout JSONWriter) {
        let width = network.shape.outputs
        for start in stride(from: 0, to: outputs.count, by: width) {
            let row = outputs[start..<start + width]
            json.object { json in
                switch network.shape.task {
                case .regression: json.member("value", row.first)
                case .binary: json.member("probability", row.first)
                case .multiclass: json.array("probabilities") { json in row.forEach { json.value($0) } }
                }
                if let spread = deviations?[start..<start + width] {
                    switch network.shape.task {
                    case .regression, .binary: json.member("standard_deviation", spread.first)
                    case .multiclass:
                        json.array("standard_deviation") { json in spread.forEach { json.value($0) } }
                    }
                }
                if let index = network.shape.task.predictedClass(row), index < classes.count {
                    json.name("class")
                    classes[index].write(into: &json)
                }
            }
        }
    }

    /// The members of a weights document after `layers`. Nothing in them tells one job from another with the same
    /// settings: the same training gives the same bytes.
    func writeMembers(to json: inout JSONWriter) {
        json.object("input") { encoding.writeMembers(into: &$0) }
        json.object("output") { json in
            json.member("task", network.shape.task.rawValue)
            json.name("classes")
            writeClasses(to: &json)
        }
        for member in ["data", "network", "training"] {
            json.name(member)
            if let node = settings[member] { json.value(node) } else { json.null() }
        }
        json.object("metrics") { json in
            json.member("train", result.train)
            json.member("dev", result.dev)
            json.member("test", result.test)
        }
    }
}
