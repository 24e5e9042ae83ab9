/// A copy of parameters and running statistics, to come back to.
struct Snapshot<S: Scalar> {
    let parameters: UnsafeMutablePointer<S>
    let running: UnsafeMutablePointer<S>

    init(_ arenas: Arenas<S>, _ layout: ParameterLayout, in workspace: Workspace) throws(TrainingError) {
        parameters = try workspace.take(layout.count)
        running = try workspace.take(layout.runningCount)
        take(arenas, layout)
    }

    func take(_ arenas: Arenas<S>, _ layout: ParameterLayout) {
        parameters.update(from: arenas.parameters, count: layout.count)
        running.update(from: arenas.running, count: layout.runningCount)
    }

    func restore(_ arenas: Arenas<S>, _ layout: ParameterLayout) {
        arenas.parameters.update(from: parameters, count: layout.count)
        arenas.running.update(from: running, count: layout.runningCount)
    }
}
