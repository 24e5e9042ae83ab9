/// The blocks of numbers that a network's layout describes.
struct Arenas<S: Scalar> {
    /// Weights, biases, γ and β.
    let parameters: UnsafeMutablePointer<S>
    /// ∂J/∂parameters.
    let gradient: UnsafeMutablePointer<S>
    /// Running means and variances.
    let running: UnsafeMutablePointer<S>

    /// Zeroed arenas; `workspace` owns them.
    init(layout: ParameterLayout, in workspace: Workspace) throws(TrainingError) {
        parameters = try workspace.take(layout.count)
        gradient = try workspace.take(layout.count)
        running = try workspace.take(layout.runningCount)
    }

    /// A finished network's numbers, with no gradient.
    init(_ network: TrainedNetwork, in workspace: Workspace) throws(TrainingError) {
        parameters = try workspace.take(network.parameters.count)
        gradient = try workspace.take(0)
        running = try workspace.take(network.runningStatistics.count)
        for (place, arena) in [(parameters, network.parameters), (running, network.runningStatistics)] {
            S.values(arena)?.withUnsafeBufferPointer { values in
                if let base = values.baseAddress { place.update(from: base, count: values.count) }
            }
        }
    }

    /// The numbers as a finished network, which takes them over from `workspace`: nothing may write to them any more.
    func network(_ shape: NetworkShape, _ layout: ParameterLayout, from workspace: Workspace) -> TrainedNetwork {
        TrainedNetwork(
            shape: shape, layout: layout,
            parameters: S.arena(workspace.handOver(parameters, count: layout.count)),
            runningStatistics: S.arena(workspace.handOver(running, count: layout.runningCount)))
    }
}
