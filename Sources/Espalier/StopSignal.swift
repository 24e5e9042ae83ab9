import Glibc

/// SIGTERM and SIGINT as something to wait for. Made before any other thread, so that all of them inherit the blocked
/// signals and only `wait` gets them.
struct StopSignal {
    private let signals: sigset_t

    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        self.signals = signals
    }

    /// Blocks until one arrives; its name.
    func wait() -> String {
        var signals = signals
        var signal: Int32 = 0
        while sigwait(&signals, &signal) != 0 {}
        return signal == SIGINT ? "SIGINT" : "SIGTERM"
    }
}
