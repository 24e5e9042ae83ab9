/// Numbers that never change, and who owns their memory: a finished run, a mapped file, or this block alone.
///
/// @unchecked: nobody writes to the memory once a block of it is made, which is what its makers promise; `owner` is only
/// held.
public struct NumberBlock<Number: BitwiseCopyable & Hashable & Sendable>: @unchecked Sendable {
    /// The numbers; valid as long as this block is.
    private let numbers: UnsafeBufferPointer<Number>
    private let owner: AnyObject

    /// Memory that goes with its last block.
    private final class Copy {
        let numbers: UnsafeMutableBufferPointer<Number>

        init(_ source: UnsafeBufferPointer<Number>) {
            numbers = .allocate(capacity: source.count)
            _ = numbers.initialize(from: source)
        }

        deinit { numbers.deallocate() }
    }

    /// A copy of `numbers`.
    public init(_ numbers: [Number]) {
        let copy = numbers.withUnsafeBufferPointer { Copy($0) }
        self.init(UnsafeBufferPointer(copy.numbers), owner: copy)
    }

    /// `numbers` themselves, which stay as they are for as long as `owner` lives.
    package init(_ numbers: UnsafeBufferPointer<Number>, owner: AnyObject) {
        self.numbers = numbers
        self.owner = owner
    }

    /// How many there are.
    public var count: Int { numbers.count }

    /// The number at a place.
    public subscript(place: Int) -> Number { withUnsafeBufferPointer { $0[place] } }

    /// The numbers at `places`.
    public subscript(places: Range<Int>) -> [Number] { withUnsafeBufferPointer { Array($0[places]) } }

    /// Gives `body` the memory, which is valid only inside.
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Number>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(owner) {} }
        return try body(numbers)
    }
}

extension NumberBlock: Hashable {
    /// Number by number.
    public static func == (left: NumberBlock, right: NumberBlock) -> Bool {
        left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { left.elementsEqual($0) } }
    }

    /// Of all numbers.
    public func hash(into hasher: inout Hasher) {
        withUnsafeBufferPointer { for number in $0 { hasher.combine(number) } }
    }
}
