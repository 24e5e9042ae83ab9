/// Writes the numbers of a run's state as they lie in memory: a checkpoint is for the machine that made it.
struct StateWriter {
    private let output: Checkpointing.Output

    init(_ output: @escaping Checkpointing.Output) { self.output = output }

    func append<Value: BitwiseCopyable>(_ value: Value) {
        withUnsafeBytes(of: value) { output($0) }
    }

    func append<Value: BitwiseCopyable>(_ value: Value?) {
        append(value == nil ? UInt8(0) : 1)
        if let value { append(value) }
    }

    func append<Value: BitwiseCopyable>(_ values: UnsafePointer<Value>, count: Int) {
        output(UnsafeRawBufferPointer(start: values, count: count * MemoryLayout<Value>.stride))
    }
}

/// Reads what `StateWriter` wrote, in the same order; every read checks that the bytes are there.
struct StateReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func take<Value: BitwiseCopyable>(_: Value.Type = Value.self) throws(CheckpointError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else { throw .damaged }
        defer { offset += size }
        return bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }

    mutating func takeOptional<Value: BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(CheckpointError) -> Value? {
        try take(UInt8.self) == 0 ? nil : try take(Value.self)
    }

    /// A number that says something only if it is one of `numbers`.
    mutating func take(in numbers: some RangeExpression<Int>) throws(CheckpointError) -> Int {
        let number: Int = try take()
        guard numbers.contains(number) else { throw .damaged }
        return number
    }

    mutating func takeOptional(in numbers: some RangeExpression<Int>) throws(CheckpointError) -> Int? {
        try take(UInt8.self) == 0 ? nil : try take(in: numbers)
    }

    /// Seconds, or some other quantity that is counted from 0.
    mutating func takeQuantity() throws(CheckpointError) -> Double {
        let quantity: Double = try take()
        guard quantity >= 0, quantity.isFinite else { throw .damaged }
        return quantity
    }

    mutating func take<Value: BitwiseCopyable>(
        into values: UnsafeMutablePointer<Value>, count: Int
    ) throws(CheckpointError) {
        let size = count * MemoryLayout<Value>.stride
        guard bytes.count - offset >= size else { throw .damaged }
        UnsafeMutableRawBufferPointer(start: values, count: size).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]))
        offset += size
    }
}

extension Optimizer {
    func write(to state: StateWriter, count: Int) {
        state.append(powers.0)
        state.append(powers.1)
        for moment in moments { state.append(moment, count: count) }
    }

    mutating func read(from state: inout StateReader, count: Int) throws(CheckpointError) {
        powers = (try state.take(), try state.take())
        for moment in moments { try state.take(into: moment, count: count) }
    }
}

extension Snapshot {
    func write(to state: StateWriter, _ layout: ParameterLayout) {
        state.append(parameters, count: layout.count)
        state.append(running, count: layout.runningCount)
    }

    func read(from state: inout StateReader, _ layout: ParameterLayout) throws(CheckpointError) {
        try state.take(into: parameters, count: layout.count)
        try state.take(into: running, count: layout.runningCount)
    }
}

extension Arenas {
    func write(to state: StateWriter, _ layout: ParameterLayout) {
        state.append(parameters, count: layout.count)
        state.append(running, count: layout.runningCount)
    }

    func read(from state: inout StateReader, _ layout: ParameterLayout) throws(CheckpointError) {
        try state.take(into: parameters, count: layout.count)
        try state.take(into: running, count: layout.runningCount)
    }
}

extension EarlyStoppingWatch {
    func write(to state: StateWriter) {
        state.append(bestEpoch)
        state.append(bestValue)
        state.append(waited)
    }

    mutating func read(from state: inout StateReader, epoch: Int) throws(CheckpointError) {
        bestEpoch = try state.takeOptional(in: 0...epoch)
        bestValue = try state.take()
        waited = try state.take(in: 0...epoch)
    }
}
