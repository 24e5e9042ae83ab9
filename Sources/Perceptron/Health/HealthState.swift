/// What a watch keeps in a checkpoint: with it a resumed run is watched as if it had not been interrupted.
extension HealthWatch {
    func write(to state: StateWriter) {
        plan.write(to: state)
        rules.write(to: state)
        costRule?.write(to: state)
        for norm in startNorms { state.append(norm) }
        state.append(updateNorms?.count)
        for norm in updateNorms ?? [] {
            state.append(norm.change)
            state.append(norm.weights)
        }
        state.append(alarms.count)
        for alarm in alarms { alarm.write(to: state) }
    }

    /// Answers the alarms there have been, for `raise`.
    func read(from state: inout StateReader, layers: Int) throws(CheckpointError) -> [HealthAlarm] {
        try plan.read(from: &state)
        try rules.read(from: &state)
        try costRule?.read(from: &state)
        startNorms = []
        for _ in 0..<layers { startNorms.append(try state.take()) }
        updateNorms = nil
        if try state.takeOptional(in: layers...layers) != nil {
            updateNorms = []
            for _ in 0..<layers { updateNorms?.append((change: try state.take(), weights: try state.take())) }
        }
        var alarms: [HealthAlarm] = []
        for _ in 0..<(try state.takeCount()) { alarms.append(try HealthAlarm(from: &state)) }
        return alarms
    }
}

extension ProbePlan {
    fileprivate func write(to state: StateWriter) {
        state.append(spent)
        state.append(next)
    }

    fileprivate mutating func read(from state: inout StateReader) throws(CheckpointError) {
        spent = try state.takeQuantity()
        next = try state.take(in: 0...epochs)
    }
}

extension LayerRules {
    fileprivate func write(to state: StateWriter) {
        state.append(start?.gradient)
        state.append(start?.loss)
        state.append(seenBefore.count)
        for sighting in seenBefore { sighting.write(to: state) }
    }

    fileprivate mutating func read(from state: inout StateReader) throws(CheckpointError) {
        let gradient: Double? = try state.takeOptional()
        let loss: Double? = try state.takeOptional()
        start = if let gradient, let loss { (gradient, loss) } else { nil }
        seenBefore = []
        for _ in 0..<(try state.takeCount()) { seenBefore.insert(try HealthAlarm.Identity(from: &state)) }
    }
}

extension CostRule {
    fileprivate func write(to state: StateWriter) {
        state.append(start)
        state.append(lowest)
        state.append(strikes)
    }

    fileprivate mutating func read(from state: inout StateReader) throws(CheckpointError) {
        start = try state.takeOptional()
        lowest = try state.take()
        strikes = try state.take(in: 0..<Int.max)
    }
}

extension HealthAlarm.Identity {
    fileprivate func write(to state: StateWriter) {
        state.append(UInt8(HealthAlarm.Kind.allCases.firstIndex(of: kind) ?? 0))
        state.append(layer)
    }

    fileprivate init(from state: inout StateReader) throws(CheckpointError) {
        self.init(kind: try state.takeCase(), layer: try state.takeOptional(in: 0...))
    }
}

extension HealthAlarm {
    fileprivate func write(to state: StateWriter) {
        identity.write(to: state)
        state.append(epoch)
        state.append(value)
        state.append(threshold)
        state.append(input)
        state.append(classIndex)
        state.append(set.map { UInt8(HeldOutSet.allCases.firstIndex(of: $0) ?? 0) })
    }

    fileprivate init(from state: inout StateReader) throws(CheckpointError) {
        let identity = try Identity(from: &state)
        self.init(
            identity.kind, layer: identity.layer, epoch: try state.take(in: 0...), value: try state.take(),
            threshold: try state.takeOptional(),
            input: try state.takeOptional(in: 0...),
            classIndex: try state.takeOptional(in: 0...), set: try state.take(UInt8.self) == 0 ? nil : state.takeCase())
    }
}

extension StateReader {
    /// How many alarms follow.
    fileprivate mutating func takeCount() throws(CheckpointError) -> Int { try take(in: 0...100_000) }

    /// A case by its place among all.
    fileprivate mutating func takeCase<Choice: CaseIterable>() throws(CheckpointError) -> Choice {
        let place = Int(try take(UInt8.self))
        let all = Array(Choice.allCases)
        guard place < all.count else { throw .damaged }
        return all[place]
    }
}
