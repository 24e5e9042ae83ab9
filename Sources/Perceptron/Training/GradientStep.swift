/// One step without the update: forward and backward over a batch in training mode, giving the mean loss's gradient.
/// Activations are row-major (examples, units); all buffers are taken at the start.
final class GradientStep<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    /// One layer's constants and places.
    private struct Plan {
        let inputs: Int
        let units: Int
        let activation: Activation
        let weights: Values
        let biases: Values
        let weightGradient: Values
        let biasGradient: Values
        /// (rows, inputs).
        let input: Values
        /// g(z) (rows, units); in the output layer the logits, then ∂J/∂z.
        let activated: Values
        /// What the next layer reads: `activated`, or with dropout its own block.
        let output: Values
        let site: DropoutMasks.Site?
        let norm: BatchNormalization<S>?
    }

    let arenas: Arenas<S>
    /// Most examples a batch may have.
    let maximumRows: Int
    /// (rows, inputs): the batch's inputs, to be filled before `forward`.
    let input: Values
    /// (rows): the batch's class numbers or values, to be filled before `forward`.
    let targets: Values

    private let plans: [Plan]
    private let loss: Loss<S>
    private let masks: DropoutMasks
    private let inputSite: DropoutMasks.Site?
    private let droppedInput: Values
    private let deltas: (Values, Values)
    private let columnSums: UnsafeMutablePointer<Double>
    private let partialLosses: UnsafeMutablePointer<Double>
    private let team: ThreadTeam
    private let workspace: Workspace
    private var rows = 0

    init(
        network: NetworkSpecification, training: TrainingSpecification, arenas: Arenas<S>, rows: Int, team: ThreadTeam,
        instructionSet: InstructionSet, workspace: Workspace
    ) throws(TrainingError) {
        let shape = NetworkShape(network)
        let layout = ParameterLayout(shape)
        let masks = DropoutMasks(training, instructionSet)
        self.arenas = arenas
        self.masks = masks
        self.team = team
        self.workspace = workspace
        maximumRows = rows
        loss = Loss(task: network.task, outputs: network.outputs)
        input = try workspace.take(rows * network.inputs)
        targets = try workspace.take(rows)
        inputSite = try masks.addSite(
            layer: 0, units: network.inputs, keepProb: network.inputKeepProb, rows: rows, in: workspace)
        droppedInput = inputSite == nil ? input : try workspace.take(rows * network.inputs)
        var plans: [Plan] = []
        for (number, place) in layout.layers.enumerated() {
            let hidden = number < network.hiddenLayers.count ? network.hiddenLayers[number] : nil
            let activated: Values = try workspace.take(rows * place.units)
            let site = try masks.addSite(
                layer: number + 1, units: place.units, keepProb: hidden?.keepProb ?? 1, rows: rows, in: workspace)
            plans.append(
                Plan(
                    inputs: place.inputs, units: place.units, activation: hidden?.activation ?? .identity,
                    weights: arenas.parameters + place.weights.lowerBound,
                    biases: arenas.parameters + place.biases.lowerBound,
                    weightGradient: arenas.gradient + place.weights.lowerBound,
                    biasGradient: arenas.gradient + place.biases.lowerBound,
                    input: plans.last?.output ?? droppedInput, activated: activated,
                    output: site == nil ? activated : try workspace.take(rows * place.units), site: site,
                    norm: try BatchNormalization(place, arenas: arenas, rows: rows, workspace: workspace)))
        }
        self.plans = plans
        let widestHidden = shape.hiddenLayers.map(\.units).max() ?? 0
        deltas = (try workspace.take(rows * widestHidden), try workspace.take(rows * widestHidden))
        columnSums = try workspace.take(shape.widest)
        partialLosses = try workspace.take(rows / 64 + 1)
    }

    /// Σ loss over the first `rows` examples of the batch, in training mode; `step` numbers the dropout masks.
    func forward(rows: Int, step: UInt32, updatesRunningStatistics: Bool) -> Double {
        self.rows = rows
        masks.prepare(rows: rows, step: step)
        dropInput()
        for plan in plans.dropLast() {
            if let norm = plan.norm {
                normalisedForward(plan, norm, updatesRunningStatistics)
            } else {
                plainForward(plan)
            }
        }
        return plans.last.map(outputForward) ?? 0
    }

    /// The gradient of the batch's mean loss, after `forward`.
    func backward() {
        guard var delta = plans.last?.activated else { return }
        for number in plans.indices.reversed() {
            let plan = plans[number]
            takeGradients(plan, delta)
            guard number > 0 else { return }
            let next = number & 1 == 0 ? deltas.0 : deltas.1
            backThrough(plan, delta, to: plans[number - 1], into: next)
            delta = next
        }
    }

    /// On which side of 0 the pre-activations of the ReLU kinds were in the last forward pass.
    func signs() -> CostFunction.Signs {
        var signs = CostFunction.Signs()
        for plan in plans.dropLast() where plan.activation.isReLUKind {
            var word: UInt64 = 0
            let count = rows * plan.units
            for index in 0..<count {
                word = word << 1 | (plan.activated[index] > 0 ? 1 : 0)
                if index & 63 == 63 || index == count - 1 {
                    signs.words.append(word)
                    word = 0
                }
            }
        }
        return signs
    }

    private func dropInput() {
        guard let site = inputSite else { return }
        let (masks, input, out) = (masks, input, droppedInput)
        let parts = Partition(total: rows, size: max(Partition.flat(1).size / site.units, 1))
        team.run(parts.count) { part, _ in
            Self.drop(site, masks, rows: parts[part], from: input, into: out)
        }
    }

    private static func drop(
        _ site: DropoutMasks.Site, _ masks: DropoutMasks, rows: Range<Int>, from: Values, into out: Values
    ) {
        masks.draw(site, rows: rows)
        let first = rows.lowerBound * site.units
        LayerKernels<S>.drop(
            from + first, mask: site.mask + first, keepProb: S(site.keepProb), count: rows.count * site.units,
            into: out + first)
    }

    private func plainForward(_ plan: Plan) {
        let masks = masks
        let parts = Partition.rows(rows, inputs: plan.inputs, units: plan.units)
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            let z = plan.activated + rows.lowerBound * plan.units
            LayerKernels<S>.linear(
                plan.input + rows.lowerBound * plan.inputs, plan.weights, rows: rows.count, inputs: plan.inputs,
                units: plan.units, into: z)
            LayerKernels<S>.biasAndActivate(z, plan.biases, rows: rows.count, units: plan.units, plan.activation)
            if let site = plan.site { Self.drop(site, masks, rows: rows, from: plan.activated, into: plan.output) }
        }
    }

    private func normalisedForward(_ plan: Plan, _ norm: BatchNormalization<S>, _ updatesRunning: Bool) {
        let (masks, all) = (masks, rows)
        let parts = Partition.rows(all, inputs: plan.inputs, units: plan.units)
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            LayerKernels<S>.linear(
                plan.input + rows.lowerBound * plan.inputs, plan.weights, rows: rows.count, inputs: plan.inputs,
                units: plan.units, into: plan.activated + rows.lowerBound * plan.units)
        }
        let columns = Partition.columnSums(units: plan.units, rows: all)
        team.run(columns.count) { part, _ in
            norm.takeStatistics(plan.activated, rows: all, part: columns[part], updatesRunning: updatesRunning)
        }
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            norm.normalise(plan.activated, rows: rows)
            LayerKernels<S>.activate(
                plan.activated + rows.lowerBound * plan.units, count: rows.count * plan.units, plan.activation)
            if let site = plan.site { Self.drop(site, masks, rows: rows, from: plan.activated, into: plan.output) }
        }
    }

    private func outputForward(_ plan: Plan) -> Double {
        let (targets, loss, losses) = (targets, loss, partialLosses)
        let scale = S(1 / Double(rows))
        let parts = Partition.rows(rows, inputs: plan.inputs, units: plan.units)
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            let z = plan.activated + rows.lowerBound * plan.units
            LayerKernels<S>.linear(
                plan.input + rows.lowerBound * plan.inputs, plan.weights, rows: rows.count, inputs: plan.inputs,
                units: plan.units, into: z)
            LayerKernels<S>.addBiases(z, plan.biases, rows: rows.count, units: plan.units)
            losses[part] = loss.backward(z, targets + rows.lowerBound, rows: rows.count, scale: scale)
        }
        var sum = 0.0
        for part in 0..<parts.count { sum += losses[part] }
        return sum
    }

    /// ∂J/∂W and ∂J/∂b from δ = ∂J/∂z (rows, units).
    private func takeGradients(_ plan: Plan, _ delta: Values) {
        let (rows, sums) = (rows, columnSums)
        let parts = Partition.units(plan.units, inputs: plan.inputs, rows: rows)
        team.run(parts.count) { part, _ in
            LayerKernels<S>.weightGradient(
                delta, plan.input, part: parts[part], rows: rows, inputs: plan.inputs, units: plan.units,
                into: plan.weightGradient)
        }
        guard plan.norm == nil else { return }
        let columns = Partition.columnSums(units: plan.units, rows: rows)
        team.run(columns.count) { part, _ in
            Sums<S>.columns(delta, rows: rows, units: plan.units, part: columns[part], into: sums)
            for unit in columns[part] { plan.biasGradient[unit] = S(sums[unit]) }
        }
    }

    /// δ of the layer below from δ of `plan`.
    private func backThrough(_ plan: Plan, _ delta: Values, to below: Plan, into out: Values) {
        let all = rows
        let parts = Partition.rows(all, inputs: plan.inputs, units: plan.units)
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            let first = rows.lowerBound * below.units
            let count = rows.count * below.units
            LayerKernels<S>.backThroughLinear(
                delta + rows.lowerBound * plan.units, plan.weights, rows: rows.count, inputs: plan.inputs,
                units: plan.units, into: out + first)
            if let site = below.site {
                LayerKernels<S>.drop(
                    out + first, mask: site.mask + first, keepProb: S(site.keepProb), count: count, into: out + first)
            }
            LayerKernels<S>.multiplyByDerivative(out + first, below.activated + first, count: count, below.activation)
        }
        guard let norm = below.norm else { return }
        let columns = Partition.columnSums(units: below.units, rows: all)
        team.run(columns.count) { part, _ in norm.takeGradients(out, rows: all, part: columns[part]) }
        team.run(parts.count) { part, _ in norm.backThrough(out, part: parts[part], rows: all) }
    }
}
