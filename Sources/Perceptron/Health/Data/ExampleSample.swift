/// Some of a set's examples, evenly spread over it.
struct ExampleSample<S: Scalar> {
    let count: Int
    private let set: EncodedSet<S>
    /// Room for one example's inputs, where the set does not keep them encoded.
    private let buffer: UnsafeMutablePointer<S>

    /// At most `most` examples of `set`; `buffer` (inputs) is overwritten by each that is looked at.
    init(_ set: EncodedSet<S>, most: Int, buffer: UnsafeMutablePointer<S>) {
        self.set = set
        self.buffer = buffer
        count = max(0, min(set.count, most))
    }

    /// The share of the set that is looked at.
    var share: Double { Double(count) / Double(max(set.count, 1)) }

    /// The example's inputs, until the next one is asked for.
    func inputs(_ place: Int) -> UnsafePointer<S> { inputs(place, by: buffer) }

    /// The same by way of another buffer.
    func inputs(_ place: Int, by buffer: UnsafeMutablePointer<S>) -> UnsafePointer<S> {
        let position = position(place)
        if let encoded = set.encoded { return encoded.inputs + position * set.encoder.columns }
        set.encoder.encode(position: position, into: buffer)
        return UnsafePointer(buffer)
    }

    /// Class number or value.
    func target(_ place: Int) -> Double { set.targets[position(place)].double }

    private func position(_ place: Int) -> Int { count == set.count ? place : place * set.count / count }
}
