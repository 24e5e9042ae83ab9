import Glibc
import Perceptron

extension TrainingMonitor {
    private static let look: UInt32 = 20_000

    /// Waits for `duration`, or until the run is asked to stop: whether it was.
    func waitForStop(_ duration: Duration) -> Bool {
        let end = ContinuousClock.now + duration
        while stopRequest == nil, ContinuousClock.now < end { usleep(TrainingMonitor.look) }
        return stopRequest != nil
    }
}
