/// Compares the sizes of inputs that are not normalised: gradient descent needs a small rate for the largest, with which
/// the others learn nothing.
struct InputScale {
    /// How many times as large as the ordinary input the largest may be.
    static var threshold: Double { 100 }

    /// An input's size is the root mean square of its values that are not 0 (those of one-hot and sparse inputs are
    /// alike then); the ordinary one is the median, but at most 1, which is what biases see.
    static func alarm<S: Scalar>(_ sample: ExampleSample<S>, inputs: Int) -> HealthAlarm? {
        var squares = [Double](repeating: 0, count: inputs)
        var counts = [Double](repeating: 0, count: inputs)
        for place in 0..<sample.count {
            let x = sample.inputs(place)
            for input in 0..<inputs where x[input] != 0 {
                squares[input] += x[input].double * x[input].double
                counts[input] += 1
            }
        }
        let sizes = (0..<inputs).filter { counts[$0] > 0 }.map {
            (input: $0, size: (squares[$0] / counts[$0]).squareRoot())
        }
        let sorted = sizes.sorted { $0.size < $1.size }
        guard let largest = sorted.last else { return nil }
        let ordinary = min(sorted[(sorted.count - 1) / 2].size, 1)
        guard largest.size > threshold * ordinary else { return nil }
        return HealthAlarm(
            .inputScale, epoch: 0, value: largest.size / ordinary, threshold: threshold, input: largest.input)
    }
}
