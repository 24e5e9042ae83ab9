import Glibc

/// A thread of its own with a stack of known size, for what blocks: threads of a shared pool must not.
package struct WorkerThread: Sendable {
    private let handle: pthread_t

    /// Starts `body` on a new thread; throws the error number if the system grants none.
    package init(stackSize: Int, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        var result = pthread_attr_setstacksize(&attributes, stackSize)
        guard result == 0 else { throw ThreadError(number: result) }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(ThreadBody(run: body))
        result = pthread_create(&thread, &attributes, runThreadBody, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw ThreadError(number: result)
        }
        handle = thread
    }

    /// Waits for the thread's end. To be called once, or `abandon`.
    package func join() { pthread_join(handle, nil) }

    /// Lets the thread end by itself.
    package func abandon() { pthread_detach(handle) }
}

/// The system granted no thread.
public struct ThreadError: Error, CustomStringConvertible {
    /// `errno`'s value.
    public let number: Int32

    /// The system's own words.
    public var description: String { "cannot start a worker thread: " + String(cString: strerror(number)) }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Balances the retain of `WorkerThread.init`.
private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
