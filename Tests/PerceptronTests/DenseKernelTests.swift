import CKernels
import Foundation
import Perceptron
import Testing

/// The kernels of wide layers against plain loops in float64, on every instruction set: ragged sizes, inner dimensions
/// and batches longer than a block, both layouts; and that neither the cut into pieces nor where a buffer lies changes a
/// bit.
@Suite struct DenseKernelTests {
    /// Rows, inputs and units: within a panel and across several, the inner dimension within a block and beyond.
    struct Size: Sendable, CustomTestStringConvertible {
        let rows, inputs, units: Int
        var testDescription: String { "\(rows) × \(inputs) × \(units)" }
    }

    static let sizes = [
        Size(rows: 1, inputs: 1, units: 1), Size(rows: 5, inputs: 3, units: 2), Size(rows: 7, inputs: 33, units: 10),
        Size(rows: 32, inputs: 64, units: 31), Size(rows: 13, inputs: 1100, units: 35),
        Size(rows: 70, inputs: 40, units: 520), Size(rows: 600, inputs: 41, units: 17),
        Size(rows: 130, inputs: 1500, units: 37),
    ]

    static let activations = [CK_IDENTITY, CK_RELU, CK_LEAKY_RELU, CK_TANH, CK_SIGMOID].map { Int32($0.rawValue) }

    static func g(_ activation: Int32, _ z: Double) -> Double {
        switch UInt32(activation) {
        case CK_RELU.rawValue: max(z, 0)
        case CK_LEAKY_RELU.rawValue: z < 0 ? 0.01 * z : z
        case CK_TANH.rawValue: Foundation.tanh(z)
        case CK_SIGMOID.rawValue: 0.5 + 0.5 * Foundation.tanh(z / 2)
        default: z
        }
    }

    static func derivative(_ activation: Int32, _ a: Double) -> Double {
        switch UInt32(activation) {
        case CK_RELU.rawValue: a > 0 ? 1 : 0
        case CK_LEAKY_RELU.rawValue: a > 0 ? 1 : 0.01
        case CK_TANH.rawValue: 1 - a * a
        case CK_SIGMOID.rawValue: a * (1 - a)
        default: 1
        }
    }

    @Test(arguments: ElementaryFunctionTests.instructionSets, sizes)
    func forwardIsThePlainLoop(_ set: String, _ size: Size) throws {
        try Bench<Float>(set, size, tolerance: 2e-5).forward()
        try Bench<Double>(set, size, tolerance: 1e-13).forward()
    }

    @Test(arguments: ElementaryFunctionTests.instructionSets, sizes)
    func backwardIsThePlainLoop(_ set: String, _ size: Size) throws {
        try Bench<Float>(set, size, tolerance: 2e-5).backward()
        try Bench<Double>(set, size, tolerance: 1e-13).backward()
    }

    @Test(arguments: ElementaryFunctionTests.instructionSets, sizes)
    func theGradientIsThePlainLoop(_ set: String, _ size: Size) throws {
        try Bench<Float>(set, size, tolerance: 2e-5).gradient()
        try Bench<Double>(set, size, tolerance: 1e-13).gradient()
    }

    @Test(arguments: ElementaryFunctionTests.instructionSets, sizes)
    func sumsAreThePlainLoop(_ set: String, _ size: Size) throws {
        try Bench<Float>(set, size, tolerance: 1e-13).sums()
        try Bench<Double>(set, size, tolerance: 1e-13).sums()
    }
}

/// Numbers at `offset` places from an aligned one, and one past their end that must stay.
private final class Numbers<T: BitwiseCopyable> {
    private let block: UnsafeMutableRawPointer
    let base: UnsafeMutablePointer<T>
    let count: Int
    private let guardian: T

    init(_ values: [T], offset: Int = 0, guardian: T) {
        count = values.count
        self.guardian = guardian
        block = .allocate(byteCount: (count + offset + 1) * MemoryLayout<T>.stride, alignment: 64)
        base = block.bindMemory(to: T.self, capacity: count + offset + 1) + offset
        base.initialize(from: values + [guardian], count: count + 1)
    }

    deinit { block.deallocate() }

    var values: [T] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// One size's random matrices, and the kernels on them.
private struct Bench<S: BinaryFloatingPoint & BitwiseCopyable> {
    let kernels: ck_kernels
    let size: DenseKernelTests.Size
    let tolerance: Double
    let x, delta, w, biases, factors: [S]
    let mask: [UInt8]
    let scale = 1.25

    init(_ set: String, _ size: DenseKernelTests.Size, tolerance: Double) throws {
        kernels = try #require(ck_kernels_of(set, S.self == Double.self ? 1 : 0)).pointee
        self.size = size
        self.tolerance = tolerance
        var random = NumPyRandomState(seed: UInt32(size.rows + size.inputs))
        func draw(_ count: Int, _ spread: Double = 1) -> [S] { (0..<count).map { _ in S(spread * random.normal()) } }
        x = draw(size.rows * size.inputs)
        delta = draw(size.rows * size.units)
        w = draw(size.units * size.inputs, 1 / Double(size.inputs).squareRoot())
        biases = draw(size.units)
        factors = draw(size.units)
        mask = (0..<(size.rows * max(size.units, size.inputs))).map { _ in random.uniform() < 0.8 ? 1 : 0 }
    }

    /// A matrix in panels or row-major.
    final class Buffer {
        let numbers: Numbers<S>
        let columns, panel, panelStep, rowStep: Int

        init(rows: Int, columns: Int, panel: Int, inPanels: Bool, offset: Int) {
            let step = (rows | 1) * panel
            let count = inPanels ? step * ((columns + panel - 1) / panel) : rows * columns
            numbers = Numbers([S](repeating: 0, count: count), offset: offset, guardian: 77)
            self.columns = columns
            self.panel = panel
            (panelStep, rowStep) = inPanels ? (step, panel) : (panel, columns)
        }

        var base: UnsafeMutablePointer<S> { numbers.base }
        var isIntact: Bool { base[numbers.count] == 77 }
        var place: ck_matrix { ck_matrix(base: base, row_step: Int64(rowStep), panel_step: Int64(panelStep)) }

        subscript(row: Int, column: Int) -> S {
            get { base[column / panel * panelStep + row * rowStep + column % panel] }
            set { base[column / panel * panelStep + row * rowStep + column % panel] = newValue }
        }

        func fill(_ values: [S], rows: Int) {
            for row in 0..<rows { for column in 0..<columns { self[row, column] = values[row * columns + column] } }
        }

        func values(rows: Int) -> [S] {
            (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
        }
    }

    func buffer(_ columns: Int, inPanels: Bool, offset: Int, _ values: [S]? = nil) -> Buffer {
        let buffer = Buffer(
            rows: size.rows, columns: columns, panel: Int(kernels.panel), inPanels: inPanels, offset: offset)
        if let values { buffer.fill(values, rows: size.rows) }
        return buffer
    }

    func panels(_ columns: Int) -> Int { (columns + Int(kernels.panel) - 1) / Int(kernels.panel) }

    /// The whole, by panels, and by panels and rows.
    func pieces(_ columns: Int, _ cut: Int) -> [(panel: Int, panels: Int, row: Int, rows: Int)] {
        if cut == 0 { return [(0, panels(columns), 0, size.rows)] }
        return (0..<panels(columns)).reversed().flatMap { panel in
            stride(from: 0, to: size.rows, by: cut == 1 ? size.rows : 24).map {
                (panel, 1, $0, min(cut == 1 ? size.rows : 24, size.rows - $0))
            }
        }
    }

    func check(_ found: [S], _ expected: [Double], _ place: String) {
        let scale = expected.map(abs).max() ?? 0
        let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(found.count == expected.count && worst <= tolerance * max(scale, 1), "\(place): off by \(worst)")
    }

    func withScratch(_ body: (UnsafeMutableRawPointer) -> Void) {
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: Int(kernels.scratch_bytes), alignment: 64)
        // What is left there from other work must not matter.
        scratch.initializeMemory(as: UInt8.self, repeating: 0xff, count: Int(kernels.scratch_bytes))
        defer { scratch.deallocate() }
        body(scratch)
    }

    func forward() throws {
        let (rows, inputs, units) = (size.rows, size.inputs, size.units)
        for (turn, activation) in DenseKernelTests.activations.enumerated() {
            let (hasMask, hasFactors) = (turn & 1 == 0, turn == 3)
            var expected: [Double] = []
            for row in 0..<rows {
                for unit in 0..<units {
                    var z = 0.0
                    for k in 0..<inputs { z += Double(x[row * inputs + k]) * Double(w[unit * inputs + k]) }
                    z = z * (hasFactors ? Double(factors[unit]) : 1) + Double(biases[unit])
                    let kept = hasMask ? Double(mask[row * units + unit]) * scale : 1
                    expected.append(DenseKernelTests.g(activation, z) * kept)
                }
            }
            var first: [S]?
            for (cut, layout, offset) in [(0, true, 0), (1, true, 1), (2, false, 3), (0, false, 0)] {
                let input = buffer(inputs, inPanels: layout, offset: offset, x)
                let output = buffer(units, inPanels: cut != 2, offset: offset)
                let weights = Numbers(w, offset: offset, guardian: 77)
                let bytes = Numbers(mask, offset: offset, guardian: 7)
                let (added, multiplied) = (Numbers(biases, guardian: 77), Numbers(factors, guardian: 77))
                var constants = ck_forward(
                    input: input.place, output: output.place, inputs: Int64(inputs), units: Int64(units),
                    w: weights.base, biases: added.base, factors: hasFactors ? multiplied.base : nil,
                    activation: activation, mask: hasMask ? bytes.base : nil, scale: scale)
                withScratch { scratch in
                    for piece in pieces(units, cut) {
                        kernels.dense_forward(
                            &constants, Int64(piece.panel), Int64(piece.panels), Int64(piece.row),
                            Int64(piece.rows), scratch)
                    }
                }
                withExtendedLifetime((weights, bytes, added, multiplied, input)) {}
                let found = output.values(rows: rows)
                check(found, expected, "activation \(activation), cut \(cut)")
                #expect(first == nil || first == found, "bits depend on the cut, the layout or the place")
                #expect(output.isIntact, "wrote beyond the matrix")
                first = found
            }
        }
    }

    func backward() throws {
        let (rows, inputs, units) = (size.rows, size.inputs, size.units)
        for (turn, activation) in DenseKernelTests.activations.enumerated() {
            let hasMask = turn & 1 == 0
            let scale = hasMask ? scale : 1
            // What the layer below handed on.
            let below = x.indices.map { index in
                S(DenseKernelTests.g(activation, Double(x[index])) * (hasMask ? Double(mask[index]) * scale : 1))
            }
            var expected: [Double] = []
            for row in 0..<rows {
                for input in 0..<inputs {
                    var d = 0.0
                    for u in 0..<units { d += Double(delta[row * units + u]) * Double(w[u * inputs + input]) }
                    let index = row * inputs + input
                    let a = DenseKernelTests.g(activation, Double(x[index]))
                    d *= DenseKernelTests.derivative(activation, a)
                    expected.append(hasMask ? d * Double(mask[index]) * scale : d)
                }
            }
            var first: [S]?
            for (cut, layout, offset) in [(0, true, 0), (1, false, 1), (2, true, 3)] {
                let deltas = buffer(units, inPanels: layout, offset: offset, delta)
                let values = buffer(inputs, inPanels: true, offset: offset, below)
                let output = buffer(inputs, inPanels: true, offset: offset)
                let weights = Numbers(w, offset: offset, guardian: 77)
                let bytes = Numbers(mask, offset: offset, guardian: 7)
                var constants = ck_backward(
                    delta: deltas.place, output: output.place, values: values.place, units: Int64(units),
                    inputs: Int64(inputs), w: weights.base, activation: activation, mask: hasMask ? bytes.base : nil,
                    scale: scale)
                withScratch { scratch in
                    for piece in pieces(inputs, cut) {
                        kernels.dense_backward(
                            &constants, Int64(piece.panel), Int64(piece.panels), Int64(piece.row),
                            Int64(piece.rows), scratch)
                    }
                }
                withExtendedLifetime((weights, bytes, deltas, values)) {}
                let found = output.values(rows: rows)
                check(found, expected, "activation \(activation), cut \(cut)")
                #expect(first == nil || first == found, "bits depend on the cut, the layout or the place")
                #expect(output.isIntact, "wrote beyond the matrix")
                first = found
            }
        }
    }

    func gradient() throws {
        let (rows, inputs, units) = (size.rows, size.inputs, size.units)
        let (decay, pull) = (0.3, 0.2)
        var plain: [Double] = []
        for u in 0..<units {
            for k in 0..<inputs {
                var sum = 0.0
                for row in 0..<rows { sum += Double(delta[row * units + u]) * Double(x[row * inputs + k]) }
                plain.append(sum)
            }
        }
        let signs = w.map { Double($0) > 0 ? 1.0 : Double($0) < 0 ? -1 : 0 }
        let penalised = plain.indices.map { plain[$0] + decay * Double(w[$0]) + pull * signs[$0] }
        let moments: [S] = w.indices.map { S(0.01 * Double($0 % 7)) }
        for rule in [nil, CK_SGD, CK_MOMENTUM, CK_RMSPROP, CK_ADAM] {
            var first: [[S]]?
            for (cut, layout, offset) in [(0, true, 0), (1, false, 3)] {
                let deltas = buffer(units, inPanels: layout, offset: offset, delta)
                let input = buffer(inputs, inPanels: true, offset: offset, x)
                let places = [[S](repeating: 0, count: w.count), w, moments, moments].map {
                    Numbers($0, offset: offset, guardian: 77)
                }
                var update = ck_update(
                    rule: Int32(rule?.rawValue ?? 0), rate: 0.1, kept1: 0.9, added1: 0.1, kept2: 0.99, added2: 0.01,
                    epsilon: 1e-3, correction1: 1.5, correction2: 1.2)
                withUnsafePointer(to: &update) { update in
                    var constants = ck_gradient(
                        delta: deltas.place, input: input.place, rows: Int64(rows), inputs: Int64(inputs),
                        units: Int64(units), g: places[0].base, w: places[1].base, decay: rule == nil ? 0 : decay,
                        pull: rule == nil ? 0 : pull, keeps: 1, update: rule == nil ? nil : update,
                        weight_factor: rule == CK_ADAM ? 0.75 : 1, first: places[2].base, second: places[3].base)
                    withScratch { scratch in
                        for piece in pieces(units, cut) {
                            let begin = piece.panel * Int(kernels.panel)
                            let count = min(piece.panels * Int(kernels.panel), units - begin)
                            kernels.dense_gradient(&constants, Int64(begin), Int64(count), scratch)
                        }
                    }
                }
                withExtendedLifetime((deltas, input)) {}
                #expect(places.allSatisfy { $0.base[$0.count] == 77 }, "wrote beyond the arena")
                let arenas = places.map(\.values)
                check(arenas[0], rule == nil ? plain : penalised, "gradient")
                let g = arenas[0].map { Double($0) }
                let (m, s) = (moments.map { Double($0) }, moments.map { Double($0) })
                let start = w.map { Double($0) }
                let expected: [Double] = w.indices.map { i in
                    let m1 = 0.9 * m[i] + 0.1 * g[i]
                    let s1 = 0.99 * s[i] + 0.01 * g[i] * g[i]
                    switch rule {
                    case CK_SGD: return start[i] - 0.1 * g[i]
                    case CK_MOMENTUM: return start[i] - 0.1 * m1
                    case CK_RMSPROP: return start[i] - 0.1 * g[i] / (s1.squareRoot() + 1e-3)
                    case CK_ADAM:
                        return 0.75 * start[i] - 0.1 * (m1 * 1.5) / ((s1 * 1.2).squareRoot() + 1e-3)
                    default: return start[i]
                    }
                }
                check(arenas[1], expected, "weights by rule \(rule.map { "\($0.rawValue)" } ?? "none")")
                #expect(first == nil || first == arenas, "bits depend on the cut, the layout or the place")
                first = arenas
            }
        }
    }

    func sums() throws {
        let (rows, units) = (size.rows, size.units)
        let one = buffer(units, inPanels: true, offset: 1, delta)
        let other = buffer(units, inPanels: false, offset: 0, delta.map { $0 * $0 })
        var (a, b) = (one.place, other.place)
        let means = biases.map { Double($0) }
        var found = [[Double]](repeating: [Double](repeating: 0, count: units), count: 3)
        for piece in pieces(units, 1) {
            let begin = piece.panel * Int(kernels.panel)
            let count = min(Int(kernels.panel), units - begin)
            var out = [Double](repeating: 0, count: count)
            let slice = Array(means[begin..<(begin + count)])
            kernels.column_sums(&a, Int64(rows), Int64(begin), Int64(count), &out)
            found[0].replaceSubrange(begin..<(begin + count), with: out)
            kernels.column_products(&a, &b, Int64(rows), Int64(begin), Int64(count), &out)
            found[1].replaceSubrange(begin..<(begin + count), with: out)
            kernels.column_squares(&b, slice, Int64(rows), Int64(begin), Int64(count), &out)
            found[2].replaceSubrange(begin..<(begin + count), with: out)
        }
        for unit in 0..<units {
            var sums = [0.0, 0.0, 0.0]
            for row in 0..<rows {
                let (x, y) = (Double(one[row, unit]), Double(other[row, unit]))
                sums[0] += x
                sums[1] += x * y
                sums[2] += (y - means[unit]) * (y - means[unit])
            }
            for kind in 0..<3 { #expect(abs(found[kind][unit] - sums[kind]) <= 1e-12 * max(abs(sums[kind]), 1)) }
        }
    }
}
