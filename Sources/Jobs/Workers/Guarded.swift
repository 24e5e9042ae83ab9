import Glibc

/// A value behind a POSIX lock, with bells that threads can wait for. The standard library's `Mutex` has no
/// condition to wait on, and the thread sanitizer cannot see it.
///
/// @unchecked: `value` is touched only while `mutex` is held; `mutex` and `bells` are set up in `init`, torn down in
/// `deinit`, and POSIX allows any thread to use them in between.
package final class Guarded<Value: Sendable>: @unchecked Sendable {
    /// What a waiting thread waits for.
    package enum Bell: Int, CaseIterable {
        /// There is something to do.
        case work
        /// What waits may go on.
        case turn
        /// The pool is stopping, or a thread has.
        case stop
    }

    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let bells = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: Bell.allCases.count)

    package init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines must not move with the wall clock.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for bell in Bell.allCases { pthread_cond_init(bells + bell.rawValue, &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for bell in Bell.allCases { pthread_cond_destroy(bells + bell.rawValue) }
        pthread_mutex_destroy(mutex)
        bells.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the value while no one else has it.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Wakes one thread that waits for `bell`.
    package func ringOnce(_ bell: Bell) { pthread_cond_signal(bells + bell.rawValue) }

    /// Wakes all threads that wait for `bell`.
    package func ring(_ bell: Bell) { pthread_cond_broadcast(bells + bell.rawValue) }

    /// Waits until `answer`, asked first and after every ring of `bell`, gives a value; nil after `timeout`.
    package func wait<Answer>(
        for bell: Bell, timeout: Duration? = nil, until answer: (inout Value) -> Answer?
    ) -> Answer? {
        let deadline = timeout.map(monotonicTime)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = answer(&value) { return answer }
            if var deadline {
                let result = pthread_cond_timedwait(bells + bell.rawValue, mutex, &deadline)
                if result == ETIMEDOUT { return answer(&value) }
            } else {
                pthread_cond_wait(bells + bell.rawValue, mutex)
            }
        }
    }
}

/// The monotonic clock's time `duration` from now.
private func monotonicTime(after duration: Duration) -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let (seconds, attoseconds) = max(duration, .zero).components
    let nanoseconds = Int64(time.tv_nsec) + attoseconds / 1_000_000_000
    // A timeout beyond a year is as good as none and must not overflow.
    time.tv_sec += Int(min(seconds, 31_536_000) + nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    return time
}
