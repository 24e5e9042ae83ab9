import CNumberRuns

extension DecimalParser {
    /// Reads plain short numbers, each followed by `delimiter` or the last by one of `closers`, into `cells` from `column`
    /// up to `last`, excluding it. Moves `cursor` behind the last delimiter, or to the closer; whether it came to one.
    /// - Parameter isJSON: whether numbers are as in `parse`; a blank may follow a delimiter.
    @inline(__always)
    static func run(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, delimiter: UInt8,
        closers: (UInt8, UInt8), isJSON: Bool, into cells: UnsafeMutablePointer<Double>, _ column: inout Int,
        upTo last: Int
    ) -> Bool {
        if column >= last { return false }
        let run = (isJSON ? number_run_json : number_run_csv)(
            cursor, end, delimiter, closers.0, closers.1, cells + column, last - column)
        cursor = run.next
        column += run.count
        return run.is_closed != 0
    }
}
