/// One look at the sets before the first step. Of large ones only an evenly spread sample is looked at, by a rule of
/// sizes: it costs a hundredth of training, or some tens of microseconds.
struct DataInspection<S: Scalar> {
    let network: NetworkSpecification
    let features: [InputFeature]
    let train: EncodedSet<S>
    let held: [(set: HealthAlarm.HeldOutSet, examples: EncodedSet<S>)]
    /// Numbers that may be looked at.
    private let cells: Double

    /// Multiply-adds that looking at one number is worth.
    private static var workPerCell: Double { 150 }
    /// Sums that are kept at most, over inputs and classes.
    private static var mostSums: Int { 1 << 17 }

    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, features: [InputFeature],
        train: EncodedSet<S>, dev: EncodedSet<S>?, test: EncodedSet<S>?
    ) {
        self.network = network
        self.features = features
        self.train = train
        held = [(.dev, dev), (.test, test)].compactMap { set, examples in examples.map { (set, $0) } }
        let work = TrainingWork(network, training, examples: train.count).total
        cells = min(max(0.005 * work / Self.workPerCell, 20_000), 20_000_000)
    }

    /// What is wrong with the data, in the order of `HealthAlarm.Kind`.
    func alarms() throws(TrainingError) -> [HealthAlarm] {
        let workspace = Workspace()
        let buffer: UnsafeMutablePointer<S> = try workspace.take(features.count)
        func sample(_ set: EncodedSet<S>, share: Double, columns: Int) -> ExampleSample<S> {
            ExampleSample(set, most: Int(share * cells / Double(max(columns, 1))), buffer: buffer)
        }
        var alarms: [HealthAlarm?] = []
        let inputs = features.count
        let trained = sample(train, share: 0.4, columns: inputs)
        if features.allSatisfy({ $0.mean == 0 && $0.standardDeviation == 1 }), trained.count > 1 {
            alarms.append(InputScale.alarm(trained, inputs: inputs))
        }
        let isRegression = network.task == .regression
        let classes = isRegression ? 1 : max(network.outputs, 2)
        if inputs * classes <= Self.mostSums, trained.count > 1 {
            let origin: UnsafeMutablePointer<S> = try workspace.take(inputs)
            origin.update(from: trained.inputs(0), count: inputs)
            func moments(_ sample: ExampleSample<S>, groups: Int, isRegression: Bool) -> FeatureMoments {
                var moments = FeatureMoments(inputs: inputs, groups: groups, isRegression: isRegression)
                moments.add(sample, origin: origin, targetOrigin: trained.target(0))
                return moments
            }
            let known = moments(trained, groups: classes, isRegression: isRegression)
            alarms.append(TargetLeak(known, features).alarm())
            alarms.append(try duplicates(trained, sample, workspace))
            if !isRegression { alarms.append(shiftedClasses(classes)) }
            let others = held.map { set, examples in
                (set, moments(sample(examples, share: 0.2, columns: inputs), groups: 1, isRegression: false))
            }
            alarms.append(SetShift.ofFeatures(train: known, others: others))
        }
        return alarms.compactMap(\.self)
    }

    private func duplicates(
        _ trained: ExampleSample<S>, _ sample: (EncodedSet<S>, Double, Int) -> ExampleSample<S>, _ workspace: Workspace
    ) throws(TrainingError) -> HealthAlarm? {
        let samples = held.map { ($0.set, sample($0.examples, 0.1, min(features.count, DuplicateRows<S>.keyInputs))) }
        let count = samples.reduce(0) { $0 + $1.1.count }
        guard count > 0 else { return nil }
        var rows = try DuplicateRows<S>(inputs: features.count, held: count, in: workspace)
        for (set, sample) in samples { rows.add(sample, of: set) }
        let compared = sample(train, 0.2, min(features.count, DuplicateRows<S>.keyInputs))
        rows.compare(with: compared)
        return rows.alarm(training: trained, compared: compared.count, share: compared.share)
    }

    private func shiftedClasses(_ classes: Int) -> HealthAlarm? {
        func counts(_ set: EncodedSet<S>) -> [Double] {
            var counts = [Double](repeating: 0, count: classes)
            for place in 0..<set.count { counts[Int(set.targets[place])] += 1 }
            return counts
        }
        return SetShift.ofClasses(train: counts(train), others: held.map { ($0.set, counts($0.examples)) })
    }
}
