import Jobs
import Perceptron
import Testing

@Suite struct CheckpointKeeperTests {
    /// The disk takes longer than a run that says at once where it is when it is told to stop.
    @Test func theLastCheckpointIsKeptThoughTheOneBeforeIsStillOnItsWay() throws {
        let directory = try TemporaryDirectory()
        let archive = try CheckpointArchive(directory: directory.path + "/checkpoints")
        let job = try MemoryStore().running()
        for number in stride(from: 2, through: 40, by: 2) {
            let keeper = CheckpointKeeper(
                archive, of: job, after: UInt64(number) - 2, progressed: {}, report: .none, metrics: TrainingMetrics())
            for isLast in [false, true] {
                keeper.save([], isLast: isLast) { output in
                    withUnsafeBytes(of: number) { output($0) }
                }
            }
            keeper.end()
            #expect(archive.latest(of: job, report: .none)?.number == UInt64(number))
        }
    }
}
