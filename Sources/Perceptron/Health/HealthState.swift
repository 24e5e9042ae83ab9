/// What a watch keeps in a checkpoint: with it a resumed run is watched as if it had not been interrupted.
extension HealthWatch {
    func write(to state: StateWriter) {
        plan.write(to: state)
        rules.write(to: state)
        costRule?.write(to: state)
        for norm in startNorms { state.append(norm) }
        state.append(alarms.count)
        for alarm in alarms { alarm.write(to: state) }
    }

    func read(from state: inout StateReader, layers: Int) throws(CheckpointError) {
        try plan.read(from: &state)
        try rules.read(from: &state)
        try costRule?.read(from: &state)
        startNorms = []
        for _ in 0..<layers { startNorms.append(try state.take()) }
        for _ in 0..<(try state.takeCount()) { raise(try HealthAlarm(from: &state)) }
    }
}

extension ProbePlan {
    fileprivate func write(to state: StateWriter) {
        state.append(spent)
        state.append(next)
    }

    fileprivate mutating func read(from state: inout StateReader) throws(CheckpointError) {
        spent = try state.take()
        next = try state.take()
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
        strikes = try state.take()
    }
}

extension HealthAlarm.Identity {
    fileprivate func write(to state: StateWriter) {
        state.append(UInt8(HealthAlarm.Kind.allCases.firstIndex(of: kind) ?? 0))
        state.append(layer)
    }

    fileprivate init(from state: inout StateReader) throws(CheckpointError) {
        self.init(kind: try state.takeCase(), layer: try state.takeOptional())
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
            identity.kind, layer: identity.layer, epoch: try state.take(), value: try state.take(),
            threshold: try state.takeOptional(), input: try state.takeOptional(),
            classIndex: try state.takeOptional(), set: try state.take(UInt8.self) == 0 ? nil : state.takeCase())
    }
}

extension StateReader {
    /// How many alarms follow.
    fileprivate mutating func takeCount() throws(CheckpointError) -> Int {
        let count: Int = try take()
        guard (0...100_000).contains(count) else { throw .damaged }
        return count
    }

    /// A case by its place among all.
    fileprivate mutating func takeCase<Choice: CaseIterable>() throws(CheckpointError) -> Choice {
        let place = Int(try take(UInt8.self))
        let all = Array(Choice.allCases)
        guard place < all.count else { throw .damaged }
        return all[place]
    }
}
