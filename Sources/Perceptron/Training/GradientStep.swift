import CKernels

/// One step without the update, or with it: forward and backward over a batch in training mode, giving the mean loss's
/// gradient. All buffers are taken at the start.
final class GradientStep<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    /// One layer's constants and places.
    private struct Plan {
        let place: ParameterLayout.Layer
        let activation: Activation
        /// (rows, inputs).
        let input: Matrix<S>
        /// What the next layer reads, (rows, units); in the output layer the logits, then ∂J/∂z, row-major.
        let output: Matrix<S>
        let site: DropoutMasks.Site?
        let norm: BatchNormalization<S>?
        /// Biases, or γ and β: what is trained beside the weights.
        let vectors: [Range<Int>]

        var scale: Double { site.map { 1 / $0.keepProb } ?? 1 }
    }

    let arenas: Arenas<S>
    /// Most examples a batch may have.
    let maximumRows: Int

    private let plans: [Plan]
    private let loss: Loss<S>
    let masks: DropoutMasks
    private let inputSite: DropoutMasks.Site?
    /// (rows, inputs) in panels: the batch's inputs, and those with dropout.
    private let input: Matrix<S>
    private let droppedInput: Matrix<S>
    /// (rows): the batch's class numbers or values.
    private let targets: Values
    /// (rows): its weights, if it has any.
    private let weights: Values
    private var isWeighted = false
    private let deltas: (Matrix<S>, Matrix<S>)
    private let columnSums: UnsafeMutablePointer<Double>
    private let partialLosses: UnsafeMutablePointer<Double>
    /// Per worker: what the kernels need, and an example's inputs.
    private let scratches: [UnsafeMutableRawPointer]
    private let examples: [Values]
    private let kernels: Kernels<S>
    private let team: ThreadTeam
    private let workspace: Workspace
    private var rows = 0
    /// Layer by layer Σ (∂J/∂z)² over the batch and the layer's units, of the last backward pass; only where it is asked
    /// for.
    private var deltaSquares: [Double]?

    init(
        network: NetworkSpecification, training: TrainingSpecification, arenas: Arenas<S>, rows: Int, team: ThreadTeam,
        instructionSet: InstructionSet, workspace: Workspace
    ) throws(TrainingError) {
        let shape = NetworkShape(network)
        let layout = ParameterLayout(shape)
        let masks = DropoutMasks(training, instructionSet)
        let kernels = Kernels<S>(instructionSet)
        self.arenas = arenas
        self.masks = masks
        self.kernels = kernels
        self.team = team
        self.workspace = workspace
        maximumRows = rows
        loss = Loss(task: network.task, outputs: network.outputs)
        input = try .panels(rows: rows, columns: network.inputs, kernels, workspace)
        targets = try workspace.take(rows)
        weights = try workspace.take(rows)
        inputSite = try masks.addSite(
            layer: 0, units: network.inputs, keepProb: network.inputKeepProb, rows: rows, in: workspace)
        droppedInput =
            inputSite == nil ? input : try .panels(rows: rows, columns: network.inputs, kernels, workspace)
        var plans: [Plan] = []
        for (number, place) in layout.layers.enumerated() {
            let hidden = number < network.hiddenLayers.count ? network.hiddenLayers[number] : nil
            plans.append(
                Plan(
                    place: place, activation: hidden?.activation ?? .identity,
                    input: plans.last?.output ?? droppedInput,
                    output: hidden == nil
                        ? .rowMajor(try workspace.take(rows * place.units), columns: place.units, kernels)
                        : try .panels(rows: rows, columns: place.units, kernels, workspace),
                    site: try masks.addSite(
                        layer: number + 1, units: place.units, keepProb: hidden?.keepProb ?? 1, rows: rows,
                        in: workspace),
                    norm: try BatchNormalization(place, arenas: arenas, rows: rows, kernels, workspace: workspace),
                    vectors: place.gamma == nil ? [place.biases] : [place.gamma, place.beta].compactMap(\.self)))
        }
        self.plans = plans
        let widestHidden = shape.hiddenLayers.map(\.units).max() ?? 0
        deltas = (
            try .panels(rows: rows, columns: widestHidden, kernels, workspace),
            try .panels(rows: rows, columns: widestHidden, kernels, workspace)
        )
        columnSums = try workspace.take(shape.widest)
        partialLosses = try workspace.take(Partition.losses(rows).count)
        var scratches: [UnsafeMutableRawPointer] = []
        var examples: [Values] = []
        for _ in 0..<team.workers {
            scratches.append(try kernels.scratch(in: workspace))
            examples.append(try workspace.take(network.inputs))
        }
        self.scratches = scratches
        self.examples = examples
    }

    /// Takes over a batch: the set's examples at `positions`, or its first ones; in an epoch's variations if given.
    func load(
        _ set: EncodedSet<S>, at positions: UnsafePointer<Int32>?, rows: Int, augmented: AugmentedEpoch? = nil
    ) {
        self.rows = rows
        isWeighted = set.weights.ofLoss != nil
        let parts = Partition.rows(rows, columns: set.encoder.columns)
        team.run(parts.count) { part, worker in load(set, positions, parts[part], worker, augmented) }
    }

    private func load(
        _ set: EncodedSet<S>, _ positions: UnsafePointer<Int32>?, _ rows: Range<Int>, _ worker: Int,
        _ augmented: AugmentedEpoch?
    ) {
        var matrix = input.place
        let columns = set.encoder.columns
        for row in rows {
            let position = positions.map { Int($0[row]) } ?? row
            if let positions, row + 2 < self.rows { set.encoder.fetchAhead(position: Int(positions[row + 2])) }
            if let augmented {
                augmented.encode(position: position, worker: worker, into: examples[worker])
            } else {
                set.encoder.encode(position: position, into: examples[worker])
            }
            kernels.table.pointee.into_panels(examples[worker], &matrix, Int64(columns), Int64(row), 1)
            targets[row] = set.targets[position]
            if let ofLoss = set.weights.ofLoss { weights[row] = ofLoss[position] }
        }
    }

    /// Σ w loss over the first `rows` examples of the batch, in training mode; `step` numbers the dropout masks.
    func forward(rows: Int, step: UInt32, updatesRunningStatistics: Bool) -> Double {
        self.rows = rows
        masks.prepare(rows: rows, step: step)
        if let inputSite {
            drawMask(inputSite)
            dropInput(inputSite)
        }
        for plan in plans {
            if let site = plan.site { drawMask(site) }
            multiplyForward(plan)
            if let norm = plan.norm { normalise(plan, norm, updatesRunningStatistics) }
        }
        return plans.last.map(takeLoss) ?? 0
    }

    /// The gradient of the batch's mean weighted loss, after `forward`, in the arena.
    func backward() { backward(nil, keepsGradient: true) }

    /// The same with penalty and update at once, each weight's as soon as its derivative is there. The gradient (penalty
    /// in) is in the arena only if `keepsGradient`.
    func backward(applying update: StepUpdate<S>, keepsGradient: Bool) {
        backward(update, keepsGradient: keepsGradient)
    }

    private func backward(_ update: StepUpdate<S>?, keepsGradient: Bool) {
        guard var delta = plans.last?.output else { return }
        for number in plans.indices.reversed() {
            let plan = plans[number]
            let next = number & 1 == 0 ? deltas.0 : deltas.1
            if deltaSquares != nil { deltaSquares?[number] = squares(delta, units: plan.place.units) }
            // Before the weights change.
            if number > 0 { backThrough(plan, delta, to: plans[number - 1], into: next) }
            takeGradients(plan, delta, update, keeps: keepsGradient)
            delta = next
        }
    }

    /// The gradient of the batch's mean loss, and layer by layer Σ (∂J/∂z)² over the batch and the layer's units.
    func backwardWithDeltas() -> [Double] {
        deltaSquares = plans.map { _ in 0 }
        backward()
        defer { deltaSquares = nil }
        return deltaSquares ?? []
    }

    private func squares(_ delta: Matrix<S>, units: Int) -> Double {
        var sum = 0.0
        for row in 0..<rows {
            for unit in 0..<units { sum += delta[row, unit].double * delta[row, unit].double }
        }
        return sum
    }

    /// On which side of 0 the pre-activations of the ReLU kinds were in the last forward pass; dropped units, on which
    /// nothing depends, count as below.
    func signs() -> CostFunction.Signs {
        var signs = CostFunction.Signs()
        for plan in plans.dropLast() where plan.activation.isReLUKind {
            let (output, units) = (plan.output, plan.place.units)
            for row in 0..<rows {
                var word: UInt64 = 0
                for unit in 0..<units {
                    word = word << 1 | (output[row, unit] > 0 ? 1 : 0)
                    if unit & 63 == 63 || unit == units - 1 {
                        signs.words.append(word)
                        word = 0
                    }
                }
            }
        }
        return signs
    }

    /// What hidden layer `number` (0 for the first) put out in the last forward pass, (rows, units).
    func output(ofLayer number: Int) -> Matrix<S> { plans[number].output }

    private func drawMask(_ site: DropoutMasks.Site) {
        let (masks, parts) = (masks, Partition.rows(rows, columns: site.units))
        team.run(parts.count) { part, _ in masks.draw(site, rows: parts[part]) }
    }

    private func dropInput(_ site: DropoutMasks.Site) {
        let (kernels, from, to) = (kernels, input, droppedInput)
        let parts = Partition.rows(rows, columns: site.units)
        team.run(parts.count) { part, _ in
            var (from, to) = (from.place, to.place)
            kernels.table.pointee.drop(
                &from, &to, site.mask, 1 / site.keepProb, Int64(site.units), Int64(parts[part].lowerBound),
                Int64(parts[part].count))
        }
    }

    private func grid(columns: Int, depth: Int) -> Grid {
        Grid(rows: rows, columns: columns, depth: depth, panel: kernels.panel)
    }

    private func multiplyForward(_ plan: Plan) {
        let place = plan.place
        let (kernels, scratches) = (kernels, scratches)
        let isPlain = plan.norm == nil
        let constants = ck_forward(
            input: plan.input.place, output: plan.output.place, inputs: Int64(place.inputs),
            units: Int64(place.units), w: arenas.parameters + place.weights.lowerBound,
            biases: isPlain ? arenas.parameters + place.biases.lowerBound : nil, factors: nil,
            activation: (isPlain ? plan.activation : .identity).kernelNumber,
            mask: isPlain ? plan.site.map { UnsafePointer($0.mask) } : nil, scale: plan.scale)
        let grid = grid(columns: place.units, depth: place.inputs)
        team.run(grid.count) { piece, worker in
            var constants = constants
            let (panels, rows) = grid[piece]
            kernels.table.pointee.dense_forward(
                &constants, Int64(panels.lowerBound), Int64(panels.count), Int64(rows.lowerBound), Int64(rows.count),
                scratches[worker])
        }
    }

    private func normalise(_ plan: Plan, _ norm: BatchNormalization<S>, _ updatesRunning: Bool) {
        let all = rows
        let columns = norm.columns(rows: all)
        team.run(columns.count) { part, _ in
            norm.takeStatistics(plan.output, rows: all, part: columns[part], updatesRunning: updatesRunning)
        }
        let constants = norm.constants(plan.output, plan.activation, plan.site)
        let grid = grid(columns: plan.place.units, depth: 8)
        let kernels = kernels
        team.run(grid.count) { piece, _ in
            var constants = constants
            let (panels, rows) = grid[piece]
            kernels.table.pointee.norm_forward(
                &constants, Int64(panels.lowerBound), Int64(panels.count), Int64(rows.lowerBound), Int64(rows.count))
        }
    }

    /// Σ w loss; the logits become ∂J/∂z.
    private func takeLoss(_ plan: Plan) -> Double {
        let (targets, loss, losses, units) = (targets, loss, partialLosses, plan.place.units)
        let weights = isWeighted ? weights : nil
        let scale = S(1 / Double(rows))
        let parts = Partition.losses(rows)
        team.run(parts.count) { part, _ in
            let rows = parts[part]
            losses[part] = loss.backward(
                plan.output.base + rows.lowerBound * units, targets + rows.lowerBound,
                weights: weights.map { UnsafePointer($0 + rows.lowerBound) }, rows: rows.count, scale: scale)
        }
        var sum = 0.0
        for part in 0..<parts.count { sum += losses[part] }
        return sum
    }

    /// δ of the layer below from δ of `plan`.
    private func backThrough(_ plan: Plan, _ delta: Matrix<S>, to below: Plan, into out: Matrix<S>) {
        let place = plan.place
        let (kernels, scratches, all) = (kernels, scratches, rows)
        let constants = ck_backward(
            delta: delta.place, output: out.place, values: below.output.place, units: Int64(place.units),
            inputs: Int64(place.inputs), w: arenas.parameters + place.weights.lowerBound,
            activation: below.activation.kernelNumber, mask: below.site.map { UnsafePointer($0.mask) },
            scale: below.scale)
        let grid = grid(columns: place.inputs, depth: place.units)
        team.run(grid.count) { piece, worker in
            var constants = constants
            let (panels, rows) = grid[piece]
            kernels.table.pointee.dense_backward(
                &constants, Int64(panels.lowerBound), Int64(panels.count), Int64(rows.lowerBound), Int64(rows.count),
                scratches[worker])
        }
        guard let norm = below.norm else { return }
        let columns = norm.columns(rows: all)
        team.run(columns.count) { part, _ in norm.takeGradients(out, rows: all, part: columns[part]) }
        let passes = self.grid(columns: place.inputs, depth: 8)
        team.run(passes.count) { piece, _ in
            norm.backThrough(out, panels: passes[piece].panels, part: passes[piece].rows, rows: all)
        }
    }

    /// ∂J/∂W and ∂J/∂b from δ = ∂J/∂z (rows, units), and the update by all of the layer's derivatives.
    private func takeGradients(_ plan: Plan, _ delta: Matrix<S>, _ update: StepUpdate<S>?, keeps: Bool) {
        let place = plan.place
        let (kernels, arenas, scratches, all, sums) = (kernels, arenas, scratches, rows, columnSums)
        let weights = place.weights.lowerBound
        let constants = ck_gradient(
            delta: delta.place, input: plan.input.place, rows: Int64(all), inputs: Int64(place.inputs),
            units: Int64(place.units), g: arenas.gradient + weights, w: arenas.parameters + weights,
            decay: update?.penalty.decay ?? 0, pull: update?.penalty.pull ?? 0, keeps: keeps ? 1 : 0, update: nil,
            weight_factor: update?.weightFactor ?? 1, first: update.map { $0.first + weights },
            second: update.map { $0.second + weights })
        let parts = Partition.panels(units: place.units, panel: kernels.panel, rows: all, inputs: place.inputs)
        team.run(parts.count) { part, worker in
            let first = parts[part].lowerBound * kernels.panel
            let units = first..<min(parts[part].upperBound * kernels.panel, place.units)
            var constants = constants
            if plan.norm == nil {
                var delta = delta.place
                kernels.table.pointee.column_sums(
                    &delta, Int64(all), Int64(first), Int64(units.count), sums + first)
                for unit in units { arenas.gradient[place.biases.lowerBound + unit] = S(sums[unit]) }
            }
            guard let update else {
                kernels.table.pointee.dense_gradient(
                    &constants, Int64(first), Int64(units.count), scratches[worker])
                return
            }
            var rule = update.rule
            withUnsafePointer(to: &rule) { rule in
                constants.update = rule
                kernels.table.pointee.dense_gradient(
                    &constants, Int64(first), Int64(units.count), scratches[worker])
            }
            for vector in plan.vectors {
                let begin = vector.lowerBound
                kernels.update(
                    &rule, arenas.parameters, arenas.gradient, update.first, update.second,
                    in: (begin + units.lowerBound)..<(begin + units.upperBound))
            }
        }
    }
}
