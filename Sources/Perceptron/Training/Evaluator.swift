/// Measures a network on sets, block by block, the blocks shared among a team.
final class Evaluator<S: Scalar> {
    private let inference: Inference<S>
    private let loss: Loss<S>
    private let team: ThreadTeam
    private let monitor: TrainingMonitor
    private let scores: UnsafeMutablePointer<Loss<S>.Score>
    private let workspace: Workspace

    /// Made for sets of at most `rows` examples.
    init(
        shape: NetworkShape, arenas: Arenas<S>, rows: Int, team: ThreadTeam, monitor: TrainingMonitor,
        plan: ExecutionPlan, kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        inference = try Inference(
            shape: shape, arenas: arenas, workers: team.workers, plan: plan, kernels: kernels, workspace: workspace)
        loss = Loss(task: shape.task, outputs: shape.outputs)
        scores = try workspace.take(rows / inference.blockRows + 1)
        self.team = team
        self.monitor = monitor
        self.workspace = workspace
    }

    /// The network on `set` as it is now, or nil if the run is asked to stop meanwhile and `mayStop`.
    func metrics(_ set: EncodedSet<S>, penalty: Double, mayStop: Bool) -> SetMetrics? {
        let parts = Partition(total: set.count, size: inference.blockRows)
        let (inference, loss, scores, monitor) = (inference, loss, scores, monitor)
        inference.prepare()
        withPointers(set) { targets, weights, shares in
            team.run(parts.count) { part, worker in
                if mayStop, monitor.stopRequest != nil { return }
                let rows = parts[part]
                if let encoded = set.encoded,
                    let score = inference.score(
                        inputs: encoded.inputs + rows.lowerBound * inference.shape.inputs,
                        targets: encoded.targets + rows.lowerBound, weights: weights.map { $0 + rows.lowerBound },
                        shares: shares.map { $0 + rows.lowerBound }, rows: rows.count, worker: worker)
                {
                    scores[part] = score
                    return
                }
                set.encoder.encode(rows, into: inference.input(of: worker))
                if let score = inference.score(
                    inputs: inference.input(of: worker), targets: targets + rows.lowerBound,
                    weights: weights.map { $0 + rows.lowerBound }, shares: shares.map { $0 + rows.lowerBound },
                    rows: rows.count, worker: worker)
                {
                    scores[part] = score
                    return
                }
                let z = inference.logits(rows: rows.count, worker: worker)
                scores[part] = loss.score(
                    z, targets + rows.lowerBound, weights: weights.map { $0 + rows.lowerBound },
                    shares: shares.map { $0 + rows.lowerBound }, rows: rows.count)
            }
        }
        if mayStop, monitor.stopRequest != nil { return nil }
        var total = Loss<S>.Score()
        for part in 0..<parts.count {
            total.loss += scores[part].loss
            total.correct += scores[part].correct
            total.squaredError += scores[part].squaredError
        }
        let count = set.weights.lossTotal
        var metrics = SetMetrics(loss: total.loss / count, cost: total.loss / count + penalty)
        if loss.task == .regression {
            metrics.rmse = (total.squaredError / count).squareRoot()
            metrics.r2 = set.totalSquares > 0 ? 1 - total.squaredError / set.totalSquares : nil
        } else {
            metrics.accuracy = total.correct / set.weights.accuracyTotal
        }
        return metrics
    }

    private func withPointers(
        _ set: EncodedSet<S>,
        _ body: (UnsafePointer<S>, _ weights: UnsafePointer<S>?, _ shares: UnsafePointer<S>?) -> Void
    ) {
        set.targets.withUnsafeBufferPointer { targets in
            guard let targets = targets.baseAddress else { return }
            (set.weights.ofLoss ?? []).withUnsafeBufferPointer { weights in
                (set.weights.ofAccuracy ?? []).withUnsafeBufferPointer { shares in
                    body(
                        targets, set.weights.ofLoss == nil ? nil : weights.baseAddress,
                        set.weights.ofAccuracy == nil ? nil : shares.baseAddress)
                }
            }
        }
    }
}
