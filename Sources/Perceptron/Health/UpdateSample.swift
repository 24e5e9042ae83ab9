/// Some of each layer's weights before a step, to compare with those after it: a copy of all would be as much memory as
/// the parameters.
struct UpdateSample<S: Scalar> {
    /// Weights of a layer that are looked at, at most.
    static var mostWeights: Int { 1024 }

    private struct Part {
        let first: Int
        let stride: Int
        let count: Int
        let kept: UnsafeMutablePointer<S>
    }

    private let parts: [Part]
    private let parameters: UnsafeMutablePointer<S>

    init(_ arenas: Arenas<S>, _ layout: ParameterLayout, in workspace: Workspace) throws(TrainingError) {
        parameters = arenas.parameters
        var parts: [Part] = []
        for layer in layout.layers {
            // An odd stride meets all columns of a row-major matrix whose width is even.
            let stride = max(1, (layer.weights.count + Self.mostWeights - 1) / Self.mostWeights) | 1
            let count = layer.weights.count <= Self.mostWeights ? layer.weights.count : layer.weights.count / stride
            parts.append(
                Part(
                    first: layer.weights.lowerBound, stride: layer.weights.count <= Self.mostWeights ? 1 : stride,
                    count: count, kept: try workspace.take(count)))
        }
        self.parts = parts
    }

    /// Before the step.
    func take() {
        for part in parts {
            for index in 0..<part.count { part.kept[index] = parameters[part.first + index * part.stride] }
        }
    }

    /// After it: layer by layer ‖ΔW‖ and ‖W‖ of the sample, W as it was before.
    func norms() -> [(change: Double, weights: Double)] {
        parts.map { part in
            var change = 0.0
            var weights = 0.0
            for index in 0..<part.count {
                let before = part.kept[index].double
                let difference = parameters[part.first + index * part.stride].double - before
                change += difference * difference
                weights += before * before
            }
            return (change.squareRoot(), weights.squareRoot())
        }
    }
}
