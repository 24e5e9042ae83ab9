import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// Compares back-propagation with central differences on a client's own network and data; nothing is trained or kept.
struct GradientChecksController: Sendable {
    let service: TrainingService

    func check(_ request: RoutedRequest) throws -> HTTPResponse {
        let asked = JobRequest(try JSONDocument.parse(request.bytes).root, isGradientCheck: true)
        let (plan, hash) = try service.custody.takingIn { try service.plan(asked) }
        defer { service.custody.released(table: hash) }
        let report = try GradientCheck.run(
            plan.network, plan.training, on: plan.data.sets.train, options: asked.gradientCheck)
        return .json(200) { json in
            report.write(to: &json) { $0.raw(plan.settings(initialWeightsHash: nil)) }
        }
    }
}
