/// How a run saves itself between two steps and goes on from what it saved.
extension Trainer {
    /// Changes with what is written; a run of another version begins anew.
    private static var version: UInt32 { 2 }

    /// Trains, keeping itself safe; from the checkpoint if there is one.
    func run(_ checkpointing: Checkpointing) throws(CheckpointError) -> TrainingOutcome {
        if let checkpoint = checkpointing.resuming {
            try resume(from: checkpoint)
            checkpointing.hasResumed(epoch)
        }
        self.checkpointing = checkpointing
        // The bytes it came from are needed no more.
        self.checkpointing?.resuming = nil
        return run()
    }

    /// Saves the run as it was after the last step of its epoch, whose end is still to come, and goes back to there.
    func saveBeforeEpochEnd(_ checkpointing: Checkpointing, _ costs: Double) {
        epoch -= 1
        stepsAtEpochEnd -= stepsPerEpoch
        save(checkpointing, beforeStep: stepsPerEpoch, costs: costs)
    }

    /// Saves the run before step `number` of the epoch, or before its end; its steps so far had the sum `costs`.
    func save(_ checkpointing: Checkpointing, beforeStep number: Int, costs: Double) {
        let begun = MonotonicClock.seconds
        // Whoever measures between two epochs asks for it, and the gradient itself is not saved.
        if steps > 0, number % stepsPerEpoch == 0 { gradientNorm = currentGradientNorm }
        checkpointing.save(history) { output in write(to: StateWriter(output), begun, number, costs) }
        let ended = MonotonicClock.seconds
        // Saving is no training.
        evaluationSeconds += ended - begun
        nextCheckpoint = ended + max(checkpointing.interval, (ended - begun) / checkpointing.largestShare)
    }

    private func write(to state: StateWriter, _ now: Double, _ number: Int, _ costs: Double) {
        state.append(Self.version)
        for word in fingerprint { state.append(word) }
        state.append(epoch)
        state.append(steps)
        state.append(stepsAtEpochEnd)
        state.append(number)
        state.append(costs)
        state.append(stepCost)
        state.append(gradientNorm)
        state.append(now - startedAt)
        state.append(evaluationSeconds)
        state.append(lowestDevLoss?.epoch)
        state.append(lowestDevLoss?.devLoss)
        state.append(bestEpoch?.epoch)
        state.append(bestEpoch?.devLoss)
        watch?.write(to: state)
        arenas.write(to: state, layout)
        optimizer.write(to: state, count: layout.count)
        snapshot?.write(to: state, layout)
        if case .gemm(let step) = step { step.masks.write(to: state) }
        health?.write(to: state)
    }

    private func resume(from checkpoint: TrainingCheckpoint) throws(CheckpointError) {
        var state = StateReader(checkpoint.state)
        guard try state.take(UInt32.self) == Self.version else { throw .other("it is of another version") }
        for word in fingerprint {
            guard try state.take(UInt64.self) == word else { throw .other("it is of another run or other kernels") }
        }
        epoch = try state.take(in: 0..<training.epochs)
        steps = try state.take()
        stepsAtEpochEnd = try state.take()
        let stepsOfEpoch = try state.take(in: 0...stepsPerEpoch)
        resumed = (stepsOfEpoch, try state.take())
        stepCost = try state.takeOptional()
        gradientNorm = try state.takeOptional()
        secondsBefore = try state.takeQuantity()
        evaluationSeconds = try state.takeQuantity()
        lowestDevLoss = try best(&state)
        bestEpoch = try best(&state)
        try watch?.read(from: &state, epoch: epoch)
        try arenas.read(from: &state, layout)
        try optimizer.read(from: &state, count: layout.count)
        try snapshot?.read(from: &state, layout)
        if case .gemm(let step) = step { try step.masks.read(from: &state) }
        let alarms = try health?.read(from: &state, layers: layout.layers.count)
        history = checkpoint.history
        guard state.isAtEnd, stepsAtEpochEnd == epoch * stepsPerEpoch, steps == stepsAtEpochEnd + stepsOfEpoch,
            history.allSatisfy({ 0...epoch ~= $0.epoch })
        else { throw .damaged }
        // Only what is sure to go on is told: after an error the run begins anew, with the same monitor.
        for row in history { monitor.record(row) }
        for alarm in alarms ?? [] { health?.raise(alarm) }
    }

    private func best(_ state: inout StateReader) throws(CheckpointError) -> TrainingOutcome.Best? {
        let epoch: Int? = try state.takeOptional(in: 0...epoch)
        let devLoss: Double? = try state.takeOptional()
        return epoch.map { .init(epoch: $0, devLoss: devLoss) }
    }

    /// What must be equal for a state to be this run's. That the settings and the data are the same is the caller's care.
    private var fingerprint: [UInt64] {
        let isFused = if case .fused = step { true } else { false }
        return [
            UInt64(layout.count), UInt64(layout.runningCount), UInt64(MemoryLayout<S>.size), isFused ? 1 : 0,
            health == nil ? 0 : 1,
            UInt64(InstructionSet.allCases.firstIndex(of: instructionSet) ?? 0), training.seed,
            UInt64(train.count), UInt64(stepsPerEpoch),
        ]
    }
}
