import CKernels

/// One update's constants, for all parameters or some of them at a time.
struct StepUpdate<S: Scalar> {
    let rule: ck_update
    /// Multiplies the weights before anything else.
    let weightFactor: Double
    /// What the gradient still lacks: decay · w + pull · sign(w) of the weights before that.
    let penalty: (decay: Double, pull: Double)
    /// The moments, laid out as the parameters; as many as the rule has.
    let first: UnsafeMutablePointer<S>
    let second: UnsafeMutablePointer<S>
}

/// The update rule with its moments: flat passes over the arena, see `OptimizerSpecification` for the formulas.
struct Optimizer<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    private let rule: OptimizerSpecification
    private let kernels: Kernels<S>
    private let first: Values
    private let second: Values
    /// β₁ᵗ and β₂ᵗ of Adam's bias correction after t updates.
    var powers = (1.0, 1.0)
    /// The moments that the rule has.
    var moments: [Values] {
        switch rule {
        case .sgd: []
        case .momentum, .rmsprop: [first]
        case .adam, .adamw: [first, second]
        }
    }

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

    /// The constants of the next update, at rate α; with `penalty` where the gradient does not have it yet.
    mutating func next(
        learningRate: Double, penalty: (decay: Double, pull: Double) = (0, 0)
    ) -> StepUpdate<S> {
        var constants = ck_update()
        constants.rate = learningRate
        var weightFactor = 1.0
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
            weightFactor = 1 - learningRate * weightDecay
            adam(&constants, beta1, beta2, epsilon)
        }
        return StepUpdate(
            rule: constants, weightFactor: weightFactor, penalty: penalty, first: first, second: second)
    }

    /// Moves the parameters by one step of rate α against the gradient.
    mutating func update(_ arenas: Arenas<S>, _ layout: ParameterLayout, learningRate: Double, team: ThreadTeam) {
        let update = next(learningRate: learningRate)
        if update.weightFactor != 1 {
            for layer in layout.layers {
                kernels.scale(
                    arenas.parameters + layer.weights.lowerBound, by: update.weightFactor, count: layer.weights.count)
            }
        }
        let parts = Partition.flat(layout.count)
        guard parts.count > 1 else {
            var rule = update.rule
            kernels.update(&rule, arenas.parameters, arenas.gradient, first, second, count: layout.count)
            return
        }
        let (kernels, first, second) = (kernels, first, second)
        team.run(parts.count) { part, _ in
            var rule = update.rule
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
