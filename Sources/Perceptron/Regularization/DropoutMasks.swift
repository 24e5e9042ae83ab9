/// One byte per unit and example: 1 keeps, 0 drops. Drawn by counter, any part of any step on its own, or as NumPy
/// would.
final class DropoutMasks {
    /// Where dropout acts.
    struct Site {
        /// 0 for the input, l for hidden layer l.
        let layer: UInt32
        let units: Int
        let keepProb: Double
        /// (rows, units) row-major.
        let mask: UnsafeMutablePointer<UInt8>
    }

    private let generator: Generator
    private let fixed: Bool
    private let dropoutSeed: UInt64
    private let kernels: Kernels<Float>
    private let seed: UInt32
    private var numpy: NumPyRandomState
    private var sites: [Site] = []
    /// Step whose masks the tasks of this step must draw; nil if the masks are there already.
    private var dueStep: UInt32?
    private var rowsDrawn = 0

    init(_ training: TrainingSpecification, _ instructionSet: InstructionSet) {
        generator = training.generator
        fixed = training.dropoutMask == .fixed
        dropoutSeed = training.dropoutSeed
        kernels = Kernels(instructionSet)
        seed = UInt32(truncatingIfNeeded: training.dropoutSeed)
        numpy = NumPyRandomState(seed: seed)
    }

    /// Adds the next layer's site, input first; nil where nothing is dropped.
    func addSite(
        layer: Int, units: Int, keepProb: Double, rows: Int, in workspace: Workspace
    ) throws(TrainingError) -> Site? {
        guard keepProb < 1 else { return nil }
        let site = Site(
            layer: UInt32(layer), units: units, keepProb: keepProb, mask: try workspace.take(rows * units))
        sites.append(site)
        return site
    }

    /// Before the first task of a step: decides what must be drawn, and draws what cannot be drawn in parts.
    func prepare(rows: Int, step: UInt32) {
        guard !sites.isEmpty, !fixed || rows != rowsDrawn else {
            dueStep = nil
            return
        }
        rowsDrawn = rows
        switch generator {
        case .philox: dueStep = fixed ? 0 : step
        case .numpy:
            if fixed { numpy = NumPyRandomState(seed: seed) }
            for site in sites { drawLikeNumPy(site, rows: rows) }
        }
    }

    /// Draws the site's masks of `rows` if they are due.
    func draw(_ site: Site, rows: Range<Int>) {
        guard let step = dueStep else { return }
        kernels.masks(
            site.mask + rows.lowerBound * site.units, seed: dropoutSeed, step: step, layer: site.layer, rows: rows,
            units: site.units, keepProb: site.keepProb)
    }

    /// Whether the next step's masks depend on the steps before: Philox counts, and fixed masks begin anew.
    private var hasState: Bool { generator == .numpy && !fixed && !sites.isEmpty }

    func write(to state: StateWriter) {
        if hasState { numpy.write(to: state) }
    }

    func read(from state: inout StateReader) throws(CheckpointError) {
        if hasState { try numpy.read(from: &state) }
    }

    /// rand(units, rows) < keepProb, unit by unit.
    private func drawLikeNumPy(_ site: Site, rows: Int) {
        for unit in 0..<site.units {
            for row in 0..<rows {
                site.mask[row * site.units + unit] = numpy.uniform() < site.keepProb ? 1 : 0
            }
        }
    }
}
