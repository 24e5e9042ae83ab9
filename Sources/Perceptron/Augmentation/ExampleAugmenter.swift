/// Encodes training examples as an epoch shows them. What is done to an example is a function of the seed, the epoch and
/// its position in the training set alone: neither its batch nor the thread that encodes it makes a difference.
package final class ExampleAugmenter {
    private let encoder: InputEncoder
    private let augmentation: Augmentation
    private let movements: Philox
    private let seed: UInt64
    /// (inputs): the noise's standard deviations.
    private let deviations: UnsafeMutablePointer<Double>?
    /// Per worker: (inputs), and what it moves images with.
    private let rows: [UnsafeMutablePointer<Double>]
    private let warpers: [ImageWarper]
    private let kernels: Kernels<Double>
    private let workspace = Workspace()

    /// For as many `workers` as will call at the same time. Noise and image fit the examples' inputs.
    package init(
        _ augmentation: Augmentation, of examples: ExampleSet, seed: UInt64, workers: Int,
        instructionSet: InstructionSet = .preferred
    ) throws(TrainingError) {
        self.augmentation = augmentation
        self.seed = seed
        encoder = InputEncoder(examples)
        movements = Philox(seed: seed, purpose: .augmentation)
        kernels = Kernels(instructionSet)
        let inputs = encoder.columns
        var rows: [UnsafeMutablePointer<Double>] = []
        var warpers: [ImageWarper] = []
        for _ in 0..<workers {
            rows.append(try workspace.take(inputs))
            guard let image = augmentation.image, !image.isIdentity else { continue }
            warpers.append(try ImageWarper(image, seed: seed, instructionSet: instructionSet))
        }
        self.rows = rows
        self.warpers = warpers
        if let noise = augmentation.noise, noise.contains(where: { $0 != 0 }) {
            let deviations: UnsafeMutablePointer<Double> = try workspace.take(inputs)
            for (input, deviation) in noise.enumerated() { deviations[input] = deviation }
            self.deviations = deviations
        } else {
            deviations = nil
        }
    }

    /// The inputs (inputs) of the example at `position` in `epoch`, before they are rounded to the precision of
    /// training. They lie in the worker's memory until its next call.
    package func inputs(position: Int, epoch: Int, worker: Int) -> UnsafePointer<Double> {
        let row = rows[worker]
        let (major, minor) = (UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: position))
        if let image = augmentation.image, !warpers.isEmpty {
            let warper = warpers[worker]
            encoder.cells(position: position, into: row)
            warper.drawField(epoch: major, position: minor)
            warper.warp(row, ImageMovement(drawnFrom: image, movements, epoch: major, position: minor), into: row)
            encoder.normalise(row)
        } else {
            encoder.encode(position: position, into: row)
        }
        if let deviations {
            kernels.table.pointee.add_noise(row, deviations, Int64(encoder.columns), seed, major, minor)
        }
        return UnsafePointer(row)
    }

    /// The same, rounded, into `out`.
    func encode<S: Scalar>(position: Int, epoch: Int, worker: Int, into out: UnsafeMutablePointer<S>) {
        let row = inputs(position: position, epoch: epoch, worker: worker)
        for input in 0..<encoder.columns { out[input] = S(row[input]) }
    }
}

/// One epoch's variations of the training examples.
struct AugmentedEpoch {
    let augmenter: ExampleAugmenter
    let epoch: Int

    /// The inputs of the example at `position` into `out` (inputs).
    func encode<S: Scalar>(position: Int, worker: Int, into out: UnsafeMutablePointer<S>) {
        augmenter.encode(position: position, epoch: epoch, worker: worker, into: out)
    }
}
