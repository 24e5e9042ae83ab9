/// What a run measures of itself: at the end of its epochs and at its own.
extension Trainer {
    /// What is measured before the first step; false if the run was asked to stop before it was.
    func begin() -> Bool {
        health?.begin()
        guard measureSets(forRow: true) else { return false }
        record(learningRate: training.learningRate(epoch: 0), looks: true)
        return true
    }

    /// All that belongs to the end of an epoch; false if the run was asked to stop before its sets were measured, and then
    /// nothing of it is done.
    func finishEpoch() -> Bool {
        let isRecorded = epoch == training.epochs || epoch % training.historyEvery == 0
        guard measureSets(forRow: isRecorded) else { return false }
        observe()
        if let stepCost { health?.observe(cost: stepCost, epoch: epoch) }
        stopIfAlarmed()
        let isLast = epoch == training.epochs || stopReason != nil
        if isLast || isRecorded {
            record(learningRate: training.learningRate(epoch: epoch - 1), looks: isLast || health?.nextLook == epoch)
        }
        return true
    }

    /// Measures what early stopping looks at, and what a row of the history needs if there is to be one; false if the run
    /// was asked to stop meanwhile. A run that is done and cannot be saved is measured all the same.
    private func measureSets(forRow: Bool) -> Bool {
        let mayStop = epoch < training.epochs || checkpointing != nil
        let monitored = training.earlyStopping?.monitor
        let needsTrain = forRow || monitored == .trainLoss
        let needsDev = dev != nil && (forRow || monitored != nil && monitored != .trainLoss)
        if needsTrain, trainMetrics(mayStop: mayStop) == nil { return false }
        if needsDev, devMetrics(mayStop: mayStop) == nil { return false }
        return true
    }

    private func stopIfAlarmed() {
        if stopReason == nil, health?.reasonToStop != nil { stopReason = .alarm }
    }

    /// Early stopping's look at the epoch.
    private func observe() {
        guard let rules = training.earlyStopping else { return }
        let metrics = rules.monitor == .trainLoss ? trainMetrics() : devMetrics()
        guard let metrics else { return }
        let value = rules.monitor == .devAccuracy ? metrics.accuracy ?? -metrics.loss : metrics.loss
        guard let verdict = watch?.observe(value, epoch: epoch) else { return }
        if verdict.improved {
            snapshot?.take(arenas, layout)
            bestEpoch = .init(epoch: epoch, devLoss: rules.monitor == .trainLoss ? nil : metrics.loss)
        }
        if verdict.stops { stopReason = .earlyStopping }
    }

    /// Adds a history row of the parameters as they are, with a look at each layer if `looks`.
    private func record(learningRate: Double, looks: Bool) {
        guard let train = trainMetrics() else { return }
        let dev = devMetrics()
        let norm = steps == 0 ? nil : currentGradientNorm
        let row = HistoryRow(
            epoch: epoch, stepCost: stepCost, train: train, dev: dev, learningRate: learningRate,
            gradientNorm: epoch == 0 ? nil : norm, layers: looks ? look() : [])
        history.append(row)
        monitor.record(row)
        if let loss = dev?.loss, !loss.isNaN, lowestDevLoss?.devLoss.map({ loss < $0 }) ?? true {
            lowestDevLoss = .init(epoch: epoch, devLoss: loss)
        }
        if bestEpoch?.epoch == epoch, let loss = dev?.loss { bestEpoch?.devLoss = loss }
    }

    /// That of the last step.
    var currentGradientNorm: Double {
        gradientNorm ?? kernels.squares(arenas.gradient, count: layout.count).squareRoot()
    }

    /// Overwrites the gradient.
    private func look() -> [LayerStatistics] {
        guard let health else { return [] }
        let start = MonotonicClock.seconds
        defer { evaluationSeconds += MonotonicClock.seconds - start }
        let layers = health.look(epoch)
        stopIfAlarmed()
        return layers
    }

    private func trainMetrics(mayStop: Bool = false) -> SetMetrics? {
        forgetOldMeasurement()
        if measured.train == nil { measured.train = measure(train, mayStop: mayStop) }
        return measured.train
    }

    private func devMetrics(mayStop: Bool = false) -> SetMetrics? {
        forgetOldMeasurement()
        if measured.dev == nil, let dev { measured.dev = measure(dev, mayStop: mayStop) }
        return measured.dev
    }

    private func forgetOldMeasurement() {
        if measured.steps != steps { measured = (steps, nil, nil) }
    }

    private func measure(_ set: EncodedSet<S>, mayStop: Bool) -> SetMetrics? {
        let start = MonotonicClock.seconds
        defer { evaluationSeconds += MonotonicClock.seconds - start }
        return evaluator.metrics(set, penalty: penalty.cost(arenas, layout), mayStop: mayStop)
    }

    /// Whether measuring all sets takes some hundredths of a second at most: a look at a parameter costs about as much
    /// whatever the network, and each row has a cost of its own.
    private var isQuicklyMeasured: Bool {
        let rows = train.count + (dev?.count ?? 0) + (test?.count ?? 0)
        return Double(rows) * Double(layout.count + 50) < 1e8
    }

    func finish() -> TrainingOutcome {
        let trainingSeconds = MonotonicClock.seconds - startedAt - evaluationSeconds
        let reason = stopReason ?? .completed
        let interrupted = reason == .cancelled && monitor.stopRequest == .interrupt
        // Who cancels does not want to wait: large sets are not measured once more.
        let measures = reason != .cancelled || !interrupted && isQuicklyMeasured
        let isBetweenEpochs = steps == stepsAtEpochEnd && reason != .diverged
        if measures, isBetweenEpochs, history.last?.epoch != epoch {
            record(learningRate: training.learningRate(epoch: max(epoch - 1, 0)), looks: true)
        }
        if bestEpoch != nil, let snapshot {
            snapshot.restore(arenas, layout)
            measured.steps = -1
        }
        let (train, dev, test) = measures ? finalMetrics() : (nil, nil, nil)
        if snapshot != nil, bestEpoch?.devLoss == nil { bestEpoch?.devLoss = dev?.loss }
        report(MonotonicClock.seconds, stepInEpoch: 0, ended: true)
        return TrainingOutcome(
            network: arenas.network(shape, layout, from: workspace), history: history, train: train, dev: dev,
            test: test, epochs: epoch,
            stopReason: reason, interrupted: interrupted,
            best: training.earlyStopping == nil ? lowestDevLoss : bestEpoch, trainingSeconds: trainingSeconds,
            divergence: divergence, alarms: health?.alarms ?? [],
            reasonToStop: reason == .alarm ? health?.reasonToStop : nil)
    }

    /// Metrics of the parameters that are handed out.
    private func finalMetrics() -> (train: SetMetrics?, dev: SetMetrics?, test: SetMetrics?) {
        (trainMetrics(), devMetrics(), test.flatMap { measure($0, mayStop: false) })
    }
}
