import JSONDocument
import Perceptron

/// Brings a job's `augment` together with its features.
struct AugmentResolution {
    let schema: TableSchema
    /// The job's features, by column number.
    let columns: [Int]
    let inputs: [InputFeature]
    /// Each input's statistics on the training rows.
    let fits: [ColumnStatistics]
    let normalize: Normalization
    let pointer: String

    /// What the engine does.
    /// - Throws: every fault that only the data shows.
    func resolve(_ specification: AugmentSpecification) throws(Faults) -> Augmentation {
        let faults = FaultCollector()
        if let image = specification.image { check(image, faults) }
        let noise = specification.noise.map { deviations($0, faults) }
        try faults.throwIfAny()
        return Augmentation(noise: noise, image: specification.image)
    }

    private func check(_ image: ImageAugmentation, _ faults: FaultCollector) {
        let here = "\(pointer)/image"
        if let column = columns.first(where: { schema.columns[$0].kind != .numeric }) {
            faults.add(here, "needs numeric features, and \(schema.title(column)) is none")
            return
        }
        let numbers = image.height * image.width * image.channels
        if numbers != columns.count {
            faults.add(
                here,
                "of \(image.height) × \(image.width) pixels and \(image.channels) channels has \(numbers) numbers, and "
                    + "the job has \(columns.count) features")
        }
    }

    /// Each input's deviation, in the input's own units.
    private func deviations(_ noise: AugmentSpecification.Noise, _ faults: FaultCollector) -> [Double] {
        var ofColumn: [Int: Double] = [:]
        if let features = noise.features {
            let lookup = ColumnLookup(schema)
            let used = Set(columns)
            for (place, reference) in features.enumerated() {
                let here = "\(pointer)/noise/features/\(place)"
                guard let column = lookup.find(reference, at: here, faults) else { continue }
                if !used.contains(column) {
                    faults.add(here, "\(schema.title(column)) is not a feature of this job")
                } else if schema.columns[column].kind != .numeric {
                    faults.add(here, "\(schema.title(column)) is not numeric")
                } else if ofColumn[column] != nil {
                    faults.add(here, "\(schema.title(column)) appears more than once")
                }
                ofColumn[column] =
                    switch noise.deviation {
                    case .same(let number): number
                    case .each(let numbers): place < numbers.count ? numbers[place] : 0
                    }
            }
        } else if case .same(let number) = noise.deviation {
            for column in columns where schema.columns[column].kind == .numeric { ofColumn[column] = number }
            if ofColumn.isEmpty { faults.add("\(pointer)/noise", "needs a numeric feature, and there is none") }
        }
        return zip(inputs, fits).map { input, fit in
            // A constant feature's own deviation is 0.
            guard input.category == nil, !fit.isConstant, let share = ofColumn[input.column] else { return 0 }
            return normalize == .standard ? share : share * fit.standardDeviation
        }
    }
}
