import CKernels

/// The update rule with its moments: flat passes over the arena, see `OptimizerSpecification` for the formulas.
struct Optimizer<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    private let rule: OptimizerSpecification
    private let kernels: Kernels<S>
    private let first: Values
    private let second: Values
    /// β₁ᵗ and β₂ᵗ of Adam's bias correction after t updates.
    private var powers = (1.0, 1.0)

    init(
        _ rule: OptimizerSpecification, count: Int, kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        self.rule = rule
        self.kernels = kernels
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
        var constants = ck_update()
        constants.rate = learningRate
        switch rule {
        case .sgd: constants.rule = Int32(CK_SGD.rawValue)
        case .momentum(let beta):
            constants.rule = Int32(CK_MOMENTUM.rawValue)
            (constants.kept1, constants.added1) = (beta, 1 - beta)
        case .rmsprop(let rho, let epsilon):
            constants.rule = Int32(CK_RMSPROP.rawValue)
            (constants.kept2, constants.added2, constants.epsilon) = (rho, 1 - rho, epsilon)
        case .adam(let beta1, let beta2, let epsilon): adam(&constants, beta1, beta2, epsilon)
        case .adamw(let beta1, let beta2, let epsilon, let weightDecay):
            for layer in layout.layers {
                kernels.scale(
                    arenas.parameters + layer.weights.lowerBound, by: 1 - learningRate * weightDecay,
                    count: layer.weights.count)
            }
            adam(&constants, beta1, beta2, epsilon)
        }
        let parts = Partition.flat(layout.count)
        guard parts.count > 1 else {
            kernels.update(&constants, arenas.parameters, arenas.gradient, first, second, count: layout.count)
            return
        }
        let (kernels, rule, first, second) = (kernels, constants, first, second)
        team.run(parts.count) { part, _ in
            var rule = rule
            let begin = parts[part].lowerBound
            kernels.update(
                &rule, arenas.parameters + begin, arenas.gradient + begin, first + begin, second + begin,
                count: parts[part].count)
        }
    }

    private mutating func adam(_ constants: inout ck_update, _ beta1: Double, _ beta2: Double, _ epsilon: Double) {
        powers = (powers.0 * beta1, powers.1 * beta2)
        constants.rule = Int32(CK_ADAM.rawValue)
        (constants.kept1, constants.added1) = (beta1, 1 - beta1)
        (constants.kept2, constants.added2) = (beta2, 1 - beta2)
        (constants.correction1, constants.correction2) = (1 / (1 - powers.0), 1 / (1 - powers.1))
        constants.epsilon = epsilon
    }
}
