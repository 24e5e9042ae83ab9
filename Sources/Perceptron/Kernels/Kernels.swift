import CKernels

/// The vector kernels of one instruction set for S. Arenas they pass over are blocks of a `Workspace`.
struct Kernels<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    /// A constant of the program.
    let table: UnsafePointer<ck_kernels>

    /// The kernels of `set`; of the baseline where the machine lacks it.
    init(_ set: InstructionSet) {
        let isDouble: Int32 = S.precision == .float64 ? 1 : 0
        table = ck_kernels_of(set.rawValue, isDouble) ?? ck_baseline_kernels(isDouble)
    }

    /// Columns of a `Matrix` panel.
    var panel: Int { Int(table.pointee.panel) }

    /// Room for one worker's call of a dense kernel.
    func scratch(in workspace: Workspace) throws(TrainingError) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(try workspace.take(Int(table.pointee.scratch_bytes), of: UInt8.self))
    }

    /// Σ x², in float64 with a fixed order of additions, as all sums here.
    func squares(_ x: UnsafePointer<S>, count: Int) -> Double { table.pointee.squares(x, Int64(count)) }

    /// Σ |x|
    func magnitudes(_ x: UnsafePointer<S>, count: Int) -> Double { table.pointee.magnitudes(x, Int64(count)) }

    /// Whether every x is finite.
    func allFinite(_ x: UnsafePointer<S>, count: Int) -> Bool { table.pointee.all_finite(x, Int64(count)) != 0 }

    /// x *= factor
    func scale(_ x: Values, by factor: Double, count: Int) { table.pointee.scale(x, factor, Int64(count)) }

    /// gradient += decay · w + pull · sign(w), sign(0) = 0
    func addPenalty(_ gradient: Values, _ w: UnsafePointer<S>, decay: Double, pull: Double, count: Int) {
        table.pointee.add_penalty(gradient, w, decay, pull, Int64(count))
    }

    /// One update of `count` parameters; blocks are touched up to the next multiple of 64 bytes.
    func update(
        _ rule: inout ck_update, _ w: Values, _ g: UnsafePointer<S>, _ first: Values, _ second: Values, count: Int
    ) {
        table.pointee.update(&rule, w, g, first, second, Int64(count))
    }

    /// The same of the parameters in `range` alone, all blocks laid out as an arena.
    func update(
        _ rule: inout ck_update, _ w: Values, _ g: UnsafePointer<S>, _ first: Values, _ second: Values,
        in range: Range<Int>
    ) {
        let begin = range.lowerBound
        table.pointee.update_part(&rule, w + begin, g + begin, first + begin, second + begin, Int64(range.count))
    }

    /// Dropout masks (rows, units), a byte per element, 1 keeps: `rows` of the layer's mask of a step. docs/numerics.md
    /// says which numbers of the streams decide.
    func masks(
        _ out: UnsafeMutablePointer<UInt8>, seed: UInt64, step: UInt32, layer: UInt32, rows: Range<Int>, units: Int,
        keepProb: Double
    ) {
        table.pointee.masks(
            out, seed, step, layer, Int64(rows.lowerBound), Int64(rows.count), Int32(units), keepProb)
    }

    /// `Philox.shuffle` of the stream of `seed` for shuffling.
    func shuffle(_ order: UnsafeMutablePointer<Int32>, count: Int, seed: UInt64, major: UInt32) {
        table.pointee.shuffle(order, Int64(count), seed, major)
    }
}
