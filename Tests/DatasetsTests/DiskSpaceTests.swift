import Datasets
import Synchronization
import Testing

/// A disk whose space is what a test says.
private final class PretendedDisk: Sendable {
    let free: Mutex<Int>
    let looks = Mutex(0)

    init(free: Int) { self.free = Mutex(free) }

    func space(reserve: Int) -> DiskSpace {
        DiskSpace(reserve: reserve) { () throws(StorageError) in
            self.looks.withLock { $0 += 1 }
            return self.free.withLock { $0 }
        }
    }
}

struct DiskSpaceTests {
    @Test func theReserveIsNotForTaking() throws {
        let disk = PretendedDisk(free: 100)
        let space = disk.space(reserve: 60)
        #expect(try space.room() == 40)
        try space.check(for: 40)
        #expect(throws: StorageError.diskFull) { try space.check(for: 41) }
        #expect(try PretendedDisk(free: 50).space(reserve: 60).room() == 0)
    }

    @Test func manyQuestionsAreOneLook() throws {
        let disk = PretendedDisk(free: 100)
        let space = disk.space(reserve: 0)
        let start = ContinuousClock.now
        for _ in 0..<1_000 { try space.check(for: 1) }
        let looks = disk.looks.withLock { $0 }
        #expect(looks <= 1 + Int((ContinuousClock.now - start) / .milliseconds(500)))
    }

    @Test func nothingIsRefusedForWhatWasSeenBefore() throws {
        let disk = PretendedDisk(free: 0)
        let space = disk.space(reserve: 10)
        #expect(throws: StorageError.diskFull) { try space.check() }
        disk.free.withLock { $0 = 11 }
        try space.check()
    }

    @Test func aRealFolderHasSomeSpace() throws {
        #expect(try DiskSpace(directory: "/", reserve: 0).room() > 0)
        #expect(throws: StorageError.self) { try DiskSpace(directory: "/no/such/folder", reserve: 0).room() }
    }
}
