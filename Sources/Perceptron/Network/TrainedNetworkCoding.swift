/// Why bytes are no network.
public enum NetworkDecodingError: Error, Hashable, Sendable {
    /// The first bytes are not a network's.
    case notANetwork
    /// Written by a later version of the format.
    case unknownVersion(UInt32)
    /// The bytes end early or go on too long.
    case wrongLength(expected: Int, found: Int)
    /// A header field has an impossible value.
    case badField(String)
    /// The checksum does not match: the bytes were damaged.
    case damaged
}

/// The form, all little-endian, as is every machine that Swift runs servers on: magic "ESPALNET", version (u32),
/// precision bits (u32), task, batch norm, 0, 0 (u8), inputs, outputs, hidden layers (u32), per hidden layer units and activation (u32), parameters, running statistics,
/// checksum of all before it (u64).
extension TrainedNetwork {
    private static let magic: [UInt8] = Array("ESPALNET".utf8)
    private static let version: UInt32 = 1
    private static let headerBytes = 32
    private static let checksumBytes = 8

    /// The network as bytes that `init(decoding:)` reads back to the same bits.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        let scalarBytes = precision == .float32 ? 4 : 8
        bytes.reserveCapacity(
            Self.headerBytes + 8 * shape.hiddenLayers.count
                + scalarBytes * (parameters.count + runningStatistics.count) + Self.checksumBytes)
        func put<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: Self.magic)
        put(Self.version)
        put(UInt32(8 * scalarBytes))
        put(UInt8(Task.allCases.firstIndex(of: shape.task) ?? 0))
        put(UInt8(shape.batchNorm ? 1 : 0))
        put(UInt16(0))
        put(UInt32(shape.inputs))
        put(UInt32(shape.outputs))
        put(UInt32(shape.hiddenLayers.count))
        for layer in shape.hiddenLayers {
            put(UInt32(layer.units))
            put(UInt32(Activation.allCases.firstIndex(of: layer.activation) ?? 0))
        }
        for arena in [parameters, runningStatistics] {
            switch arena {
            case .float32(let values):
                values.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeRawBufferPointer($0)) }
            case .float64(let values):
                values.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeRawBufferPointer($0)) }
            }
        }
        put(bytes.withUnsafeBytes(Self.checksum))
        return bytes
    }

    /// Reads what `encoded()` wrote. Any other bytes throw, whatever they are. With an `owner`, which keeps `bytes` as they
    /// are for as long as it lives, the numbers are not copied.
    public init(decoding bytes: UnsafeRawBufferPointer, owner: AnyObject? = nil) throws(NetworkDecodingError) {
        guard bytes.count >= Self.headerBytes + Self.checksumBytes, bytes.starts(with: Self.magic) else {
            throw .notANetwork
        }
        var offset = Self.magic.count
        func take<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
            defer { offset += MemoryLayout<T>.size }
            return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        let version: UInt32 = take()
        guard version == Self.version else { throw .unknownVersion(version) }
        let scalarBits: UInt32 = take()
        guard scalarBits == 32 || scalarBits == 64 else { throw .badField("precision") }
        let task = Int(take(UInt8.self))
        let batchNorm: UInt8 = take()
        let reserved: UInt16 = take()
        guard task < Task.allCases.count else { throw .badField("task") }
        guard batchNorm <= 1, reserved == 0 else { throw .badField("batch_norm") }
        let inputs: UInt32 = take()
        let outputs: UInt32 = take()
        let hiddenCount = Int(take(UInt32.self))
        guard inputs > 0, outputs > 0 else { throw .badField("units") }
        guard hiddenCount <= (bytes.count - offset - Self.checksumBytes) / 8 else { throw .badField("hidden_layers") }
        var hiddenLayers: [NetworkShape.HiddenLayer] = []
        // What the arenas take, counted so that absurd sizes neither overflow nor allocate.
        var scalars = UInt128(0)
        var fanIn = UInt128(inputs)
        for _ in 0..<hiddenCount {
            let units: UInt32 = take()
            let activation = Int(take(UInt32.self))
            guard units > 0 else { throw .badField("units") }
            guard activation < Activation.allCases.count else { throw .badField("activation") }
            hiddenLayers.append(.init(units: Int(units), activation: Activation.allCases[activation]))
            scalars += UInt128(units) * (fanIn + (batchNorm == 1 ? 5 : 1))
            fanIn = UInt128(units)
        }
        scalars += UInt128(outputs) * (fanIn + 1)
        let expected = UInt128(offset + Self.checksumBytes) + scalars * UInt128(scalarBits / 8)
        guard expected == UInt128(bytes.count) else {
            throw .wrongLength(expected: Int(clamping: expected), found: bytes.count)
        }
        let end = bytes.count - Self.checksumBytes
        let checksum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
        guard checksum == Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else { throw .damaged }

        let shape = NetworkShape(
            inputs: Int(inputs), hiddenLayers: hiddenLayers, outputs: Int(outputs), task: Task.allCases[task],
            batchNorm: batchNorm == 1)
        let layout = ParameterLayout(shape)
        func arena(_ count: Int) -> Parameters {
            defer { offset += count * Int(scalarBits) / 8 }
            let block = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            return scalarBits == 32
                ? .float32(Self.values(count, in: block, owner)) : .float64(Self.values(count, in: block, owner))
        }
        let parameters = arena(layout.count)
        let runningStatistics = arena(layout.runningCount)
        self.init(shape: shape, layout: layout, parameters: parameters, runningStatistics: runningStatistics)
    }

    /// A checksum of all numbers, which no change of a single one leaves as it is.
    package var checksum: UInt64 {
        [parameters, runningStatistics].reduce(0) { sum, arena in
            switch arena {
            case .float32(let values):
                sum &* 31 &+ values.withUnsafeBufferPointer { Self.checksum(UnsafeRawBufferPointer($0)) }
            case .float64(let values):
                sum &* 31 &+ values.withUnsafeBufferPointer { Self.checksum(UnsafeRawBufferPointer($0)) }
            }
        }
    }

    private static func values<Value>(
        _ count: Int, in bytes: UnsafeRawBufferPointer, _ owner: AnyObject?
    ) -> NumberBlock<Value> {
        if let owner, count > 0, Int(bitPattern: bytes.baseAddress) % MemoryLayout<Value>.alignment == 0 {
            let numbers = bytes.baseAddress?.assumingMemoryBound(to: Value.self)
            return NumberBlock(UnsafeBufferPointer(start: numbers, count: count), owner: owner)
        }
        return NumberBlock(
            [Value](unsafeUninitializedCapacity: count) { buffer, used in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Value>.size)]))
                used = count
            })
    }

    /// FNV-1a over words of 64 bits, the last one filled up with zeros. A change of one word always shows.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let words = bytes.count / 8
        for word in 0..<words {
            let value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
            hash = (hash ^ value) &* 0x0000_0100_0000_01B3
        }
        var last: UInt64 = 0
        for (place, byte) in bytes[(words * 8)...].enumerated() { last |= UInt64(byte) << (8 * UInt64(place)) }
        return (hash ^ last) &* 0x0000_0100_0000_01B3
    }
}
