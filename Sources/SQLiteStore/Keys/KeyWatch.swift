import Access
import Foundation
import Jobs

/// Brings a gatekeeper the keys as the file has them, soon after they have changed, and the file the times at which they were used.
public final class KeyWatch: Sendable {
    /// How often the file is looked at: a look costs no read of the disk.
    private static let interval = Duration.milliseconds(500)
    /// Looks between two writes of what keys were used: a minute.
    private static let looksBetweenWrites = 120
    private static let stackSize = 1 << 20

    private let file: KeyFile
    private let gatekeeper: Gatekeeper
    private let report: Report
    private let isOver = Guarded(false)
    private let thread = Guarded<WorkerThread?>(nil)

    /// Brings `gatekeeper` the keys that there are; nothing is watched before `start`.
    public init(_ file: KeyFile, for gatekeeper: Gatekeeper, report: Report) throws(StoreError) {
        self.file = file
        self.gatekeeper = gatekeeper
        self.report = report
        gatekeeper.renew(KeyRing(try file.records()))
    }

    /// Begins to watch.
    public func start() throws(ThreadError) {
        let started = try WorkerThread(stackSize: KeyWatch.stackSize) { [self] in watch() }
        thread.withLock { $0 = started }
    }

    /// Ends the watch and writes what keys were used; to be called once, after `start`.
    public func stop() {
        isOver.withLock { $0 = true }
        isOver.ring(.stop)
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private func watch() {
        var seen: Int?
        var looks = 0
        var failure: StoreError?
        while true {
            let isOver = isOver.wait(for: .stop, timeout: KeyWatch.interval) { $0 ? true : nil } ?? false
            looks += 1
            var isRead = false
            do throws(StoreError) {
                let version = try file.version()
                if version != seen { gatekeeper.renew(KeyRing(try file.records())) }
                seen = version
                isRead = true
                if isOver || looks % KeyWatch.looksBetweenWrites == 0 {
                    try file.noteUses(gatekeeper.takeUses(), at: Date())
                }
                failure = nil
            } catch {
                // The keys that are known go on to count. The same failure is told once.
                if error != failure { report("keys: \(error)") }
                failure = error
            }
            gatekeeper.noteLook(succeeded: isRead)
            if isOver { return }
        }
    }
}
