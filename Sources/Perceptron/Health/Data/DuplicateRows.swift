/// Finds dev and test examples that are training examples too (or test examples that are dev examples): what is measured
/// on them says nothing about new data.
struct DuplicateRows<S: Scalar> {
    /// The share of the held-out examples that may be duplicates.
    static var threshold: Double { 0.01 }
    /// Inputs that an example is first told by, half of them neighbours.
    static var keyInputs: Int { 16 }

    private let inputs: Int
    private let keyPlaces: [Int]
    /// Room for the inputs of a held-out example.
    private let buffer: UnsafeMutablePointer<S>
    private var samples: [ExampleSample<S>] = []
    /// The held-out examples: sample, place in it, and set.
    private var held: [(sample: Int, place: Int, set: HealthAlarm.HeldOutSet)] = []
    /// The latest held-out example of each key, and of each example the one before with its key; places of `held`.
    private var latest: [UInt64: Int] = [:]
    private var before: [Int?] = []
    private var isDuplicate: [Bool] = []

    /// - Parameter held: how many held-out examples will be added.
    init(inputs: Int, held: Int, in workspace: Workspace) throws(TrainingError) {
        self.inputs = inputs
        buffer = try workspace.take(inputs)
        keyPlaces =
            inputs <= Self.keyInputs
            ? Array(0..<inputs)
            : (0..<Self.keyInputs).map { place in
                let half = Self.keyInputs / 2
                return place < half ? (inputs - half) / 2 + place : (place - half) * inputs / half
            }
        latest.reserveCapacity(held)
    }

    /// Adds held-out examples, marking those that an earlier set has.
    mutating func add(_ sample: ExampleSample<S>, of set: HealthAlarm.HeldOutSet) {
        samples.append(sample)
        for place in 0..<sample.count {
            let x = sample.inputs(place)
            let target = sample.target(place)
            let key = key(x, target)
            var isKnown = false
            forEachCandidate(key) { isKnown = isKnown || held[$0].set != set && isSame($0, x, target) }
            before.append(latest.updateValue(held.count, forKey: key))
            held.append((samples.count - 1, place, set))
            isDuplicate.append(isKnown)
        }
    }

    /// Marks the held-out examples that are among `sample`, of the training set.
    mutating func compare(with sample: ExampleSample<S>) {
        for place in 0..<sample.count {
            let x = sample.inputs(place)
            let target = sample.target(place)
            var found: [Int] = []
            forEachCandidate(key(x, target)) { number in
                if !isDuplicate[number], isSame(number, x, target) { found.append(number) }
            }
            for number in found { isDuplicate[number] = true }
        }
    }

    /// Held-out examples with this key. Many with the same one are much alike: a few of them tell enough.
    private func forEachCandidate(_ key: UInt64, _ body: (Int) -> Void) {
        var candidate = latest[key]
        var left = 16
        while let number = candidate, left > 0 {
            body(number)
            candidate = before[number]
            left -= 1
        }
    }

    /// The alarm, if there are more duplicates than chance makes of such data.
    /// - Parameters:
    ///   - sample: training examples to tell from how often rows agree by chance.
    ///   - compared: training examples that were compared.
    ///   - share: what part of the training set those are.
    func alarm(training sample: ExampleSample<S>, compared: Int, share: Double) -> HealthAlarm? {
        let found = isDuplicate.count { $0 }
        let looked = Double(held.count)
        guard found >= 3, Double(found) / looked > Self.threshold else { return nil }
        let chance = CoincidenceRate(sample, inputs: inputs).perPair * Double(compared)
        guard Double(found) > 4 * chance * looked else { return nil }
        let worst: HealthAlarm.HeldOutSet =
            zip(held, isDuplicate).count { $0.set == .dev && $1 } * 2 >= found ? .dev : .test
        return HealthAlarm(
            .duplicateRows, epoch: 0, value: min(Double(found) / looked / share, 1),
            threshold: max(Self.threshold, min(4 * chance / share, 1)), set: worst)
    }

    private func isSame(_ number: Int, _ x: UnsafePointer<S>, _ target: Double) -> Bool {
        let (sample, place, _) = held[number]
        guard samples[sample].target(place) == target else { return false }
        let known = samples[sample].inputs(place, by: buffer)
        for input in 0..<inputs where known[input] != x[input] { return false }
        return true
    }

    private func key(_ x: UnsafePointer<S>, _ target: Double) -> UInt64 {
        var hash = target.bitPattern
        for place in keyPlaces {
            // −0 is 0.
            hash = (hash ^ (x[place].double + 0).bitPattern) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash
    }
}

/// How likely two different examples agree in everything by chance, by how often they agree in each input.
struct CoincidenceRate {
    /// For any two examples.
    let perPair: Double

    /// Inputs are rarely independent: the root of what that would make of it is on the safe side. Where different rows
    /// are few, the data is made of few values, and its rows repeat by nature: 1.
    init<S: Scalar>(_ sample: ExampleSample<S>, inputs: Int) {
        let places = stride(from: 0, to: sample.count, by: max(1, sample.count / 128))
        var rows = Set<[S]>()
        for place in places { rows.insert(Array(UnsafeBufferPointer(start: sample.inputs(place), count: inputs))) }
        let different = rows.sorted { $0.lexicographicallyPrecedes($1) }
        guard different.count > 1, 4 * different.count >= Array(places).count else {
            perPair = 1
            return
        }
        let pairs = Double(different.count) * Double(different.count - 1) / 2
        var logarithm = 0.0
        // A few inputs make the product small enough, if anything does.
        for input in stride(from: 0, to: inputs, by: max(1, inputs / 16)) {
            let values = different.map { $0[input] }.sorted()
            var agreeing = 0.0
            var run = 0.0
            for (index, value) in values.enumerated() {
                run = index > 0 && value == values[index - 1] ? run + 1 : 0
                agreeing += run
            }
            logarithm += Double.log((agreeing + 1) / (pairs + 1))
        }
        perPair = Double.exp(logarithm).squareRoot()
    }
}
