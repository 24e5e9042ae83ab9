import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// Compares back-propagation with central differences on a client's own network and data; nothing is trained or kept.
struct GradientChecksController: Sendable {
    /// Checks that may run at the same time: each takes a thread for seconds, and others want one too.
    static let atATime = 2

    let service: TrainingService

    func check(_ request: RoutedRequest) throws -> HTTPResponse {
        let asked = service.jobRequest(try service.document(request), for: .gradientCheck)
        guard let turn = service.gradientCheckTurns.take() else {
            throw Problem(
                .busy, "\(GradientChecksController.atATime) gradient checks are running; try again in a moment.",
                headers: [("Retry-After", "2")])
        }
        defer { service.gradientCheckTurns.give(back: turn) }
        let (plan, table) = try service.custody.takingIn { try service.plan(asked, for: request.caller) }
        defer { if table.content == nil { service.custody.released(table: table.hash) } }
        let weightsHash = try plan.network.initialLayers.map {
            try InitialWeightsArchive.hash(of: $0, in: plan.network)
        }
        do {
            let report = try GradientCheck.run(
                plan.network, plan.training, on: plan.data.sets.train, options: asked.gradientCheck,
                memoryLimit: service.limits.jobs.memory)
            return .json(200) { json in
                report.write(to: &json) { $0.raw(plan.settings(initialWeightsHash: weightsHash)) }
            }
        } catch TrainingError.notEnoughMemory(let bytes) {
            throw Faults(
                pointer: "/gradient_check/max_examples",
                detail: "makes a check that takes \(bytes) bytes of memory; it may take \(service.limits.jobs.memory)")
        } catch let missing as GradientCheck.NoSuchTensor {
            throw Faults(
                pointer: "/gradient_check/deliberate_error",
                detail:
                    "names no trained tensor of the network, whose layers are 1 to \(missing.layers); with batch "
                    + "normalisation hidden layers have gamma and beta in place of biases")
        } catch let excess as GradientCheck.TooMuchWork {
            throw Faults(
                pointer: "/gradient_check/max_parameters",
                detail: "and max_examples ask for \(Int(excess.factor.rounded(.up))) times what one check may do")
        }
    }
}
