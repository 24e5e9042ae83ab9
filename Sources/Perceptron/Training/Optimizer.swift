#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The update rule with its moments: flat loops over the arena, see `OptimizerSpecification` for the formulas.
struct Optimizer<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    private let rule: OptimizerSpecification
    private let first: Values
    private let second: Values
    /// Updates made, t of Adam's bias correction.
    private var steps = 0

    init(_ rule: OptimizerSpecification, count: Int, workspace: Workspace) throws(TrainingError) {
        self.rule = rule
        switch rule {
        case .sgd:
            first = try workspace.take(0)
            second = first
        case .momentum:
            first = try workspace.take(count)
            second = first
        case .rmsprop:
            second = try workspace.take(count)
            first = second
        case .adam, .adamw:
            first = try workspace.take(count)
            second = try workspace.take(count)
        }
    }

    /// Moves the parameters by one step of rate α against the gradient.
    mutating func update(_ arenas: Arenas<S>, _ layout: ParameterLayout, learningRate: Double, team: ThreadTeam) {
        steps += 1
        let parts = Partition.flat(layout.count)
        let (first, second) = (first, second)
        let w = arenas.parameters
        let g = UnsafePointer(arenas.gradient)
        let rate = S(learningRate)
        switch rule {
        case .sgd:
            team.run(parts.count) { part, _ in
                for index in parts[part] { w[index] -= rate * g[index] }
            }
        case .momentum(let beta):
            let (kept, added) = (S(beta), S(1 - beta))
            team.run(parts.count) { part, _ in
                for index in parts[part] {
                    let v = kept * first[index] + added * g[index]
                    first[index] = v
                    w[index] -= rate * v
                }
            }
        case .rmsprop(let rho, let epsilon):
            let (kept, added, epsilon) = (S(rho), S(1 - rho), S(epsilon))
            team.run(parts.count) { part, _ in
                for index in parts[part] {
                    let s = kept * second[index] + added * g[index] * g[index]
                    second[index] = s
                    w[index] -= rate * g[index] / (s.squareRoot() + epsilon)
                }
            }
        case .adam(let beta1, let beta2, let epsilon):
            adam(w, g, parts, team, rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
        case .adamw(let beta1, let beta2, let epsilon, let weightDecay):
            let kept = S(1 - learningRate * weightDecay)
            for layer in layout.layers {
                for index in layer.weights { w[index] *= kept }
            }
            adam(w, g, parts, team, rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
        }
    }

    private func adam(
        _ w: Values, _ g: UnsafePointer<S>, _ parts: Partition, _ team: ThreadTeam, rate: S, beta1: Double,
        beta2: Double, epsilon: Double
    ) {
        let (first, second, epsilon) = (first, second, S(epsilon))
        let (kept1, added1, kept2, added2) = (S(beta1), S(1 - beta1), S(beta2), S(1 - beta2))
        let correction1 = S(1 / (1 - pow(beta1, Double(steps))))
        let correction2 = S(1 / (1 - pow(beta2, Double(steps))))
        team.run(parts.count) { part, _ in
            for index in parts[part] {
                let m = kept1 * first[index] + added1 * g[index]
                let v = kept2 * second[index] + added2 * g[index] * g[index]
                first[index] = m
                second[index] = v
                w[index] -= rate * (m * correction1) / ((v * correction2).squareRoot() + epsilon)
            }
        }
    }
}
