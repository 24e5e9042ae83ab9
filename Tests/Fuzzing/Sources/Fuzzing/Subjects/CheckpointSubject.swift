import Jobs
import Perceptron

/// A checkpoint behind its digest: the number of the run, the length of the learning curve, both in a byte, the curve, the
/// state. Nothing in it may end the service; what it says of itself may.
enum CheckpointSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return }
        let run = SmallRun.all[Int(bytes[0]) % SmallRun.all.count]
        let state = min(2 + Int(bytes[1]), bytes.count)
        let rows = try? MetricsCoding.historyRows(Array(bytes[2..<state]))
        try? run.resume(from: UnsafeRawBufferPointer(rebasing: bytes[state...]), history: rows ?? [])
    }

    static func seeds() throws -> [[UInt8]] {
        try SmallRun.all.enumerated().flatMap { number, run in
            try run.states().prefix(4).map { [UInt8(number), 0] + $0 }
        }
    }
}
