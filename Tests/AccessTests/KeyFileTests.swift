import Access
import Foundation
import GRDB
import Jobs
import SQLiteStore
import Testing

struct KeyFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "espalier-" + UUID().uuidString).path

    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

    private func record(_ key: APIKey, owner: String = "ada", expires: Date? = nil) -> KeyRecord {
        KeyRecord(
            id: key.id, name: "näme", owner: owner, scopes: [.read, .admin], hash: key.hash,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000.123), expiresAt: expires)
    }

    @Test func whatIsAddedIsReadBack() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = APIKey.random()
        let expiry = Date(timeIntervalSince1970: 1_800_000_000)
        try KeyFile(directory: directory).add(record(key, expires: expiry))
        let read = try #require(try KeyFile(directory: directory).records().first)
        #expect(read.id == key.id && read.name == "näme" && read.owner == "ada" && read.scopes == [.read, .admin])
        #expect(read.hash.matches(key.hash))
        #expect(abs(read.createdAt.timeIntervalSince1970 - 1_700_000_000.123) < 0.001 && read.expiresAt == expiry)
        #expect(read.revokedAt == nil && read.lastUsedAt == nil)
    }

    @Test func aKeyIsRevokedOnceAndStays() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = try KeyFile(directory: directory)
        let key = APIKey.random()
        try file.add(record(key))
        let first = try #require(try file.revoke(key.id, at: Date(timeIntervalSince1970: 5)))
        #expect(first.revokedAt == Date(timeIntervalSince1970: 5) && first.status(at: .now) == .revoked)
        #expect(try file.revoke(key.id, at: Date(timeIntervalSince1970: 9))?.revokedAt == first.revokedAt)
        #expect(try file.revoke(.random(), at: .now) == nil)
        #expect(try file.records().count == 1)
    }

    @Test func theFileIsItsOwnersAlone() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try KeyFile(directory: directory)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(KeyFile.name)")
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }

    @Test func theKeyItselfIsNowhereInTheFile() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = APIKey.random()
        try KeyFile(directory: directory).add(record(key))
        let content = try Data(contentsOf: URL(filePath: "\(directory)/\(KeyFile.name)"))
        #expect(content.range(of: Data(key.id.description.utf8)) != nil)
        #expect(content.range(of: Data(key.text.split(separator: "_")[2].prefix(8).utf8)) == nil)
    }

    @Test func aFileOfANewerVersionIsLeftAlone() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try KeyFile(directory: directory).close()
        let queue = try DatabaseQueue(path: "\(directory)/\(KeyFile.name)")
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v99')") }
        #expect(throws: StoreError.newerSchema("\(directory)/\(KeyFile.name)")) { try KeyFile(directory: directory) }
    }

    @Test func aWatchBringsWhatAnotherProcessChanges() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let gatekeeper = Gatekeeper()
        let file = try KeyFile(directory: directory)
        let watch = try KeyWatch(file, for: gatekeeper, report: Report { Issue.record("\($0)") })
        try watch.start()
        defer { watch.stop() }
        #expect(!gatekeeper.needsKeys)

        let (key, other) = (APIKey.random(), try KeyFile(directory: directory))
        try other.add(record(key))
        #expect(eventually { gatekeeper.needsKeys })
        let caller = try gatekeeper.admit(.read) { ["Bearer \(key.text)"] }
        _ = try other.revoke(key.id, at: .now)
        #expect(eventually { !gatekeeper.stillAdmits(caller) })
    }

    @Test func theEndOfAWatchWritesWhatWasUsed() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (key, unused) = (APIKey.random(), APIKey.random())
        let file = try KeyFile(directory: directory)
        try file.add(record(key))
        try file.add(record(unused))
        let gatekeeper = Gatekeeper()
        let watch = try KeyWatch(file, for: gatekeeper, report: Report { Issue.record("\($0)") })
        try watch.start()
        _ = try gatekeeper.admit(.read) { ["Bearer \(key.text)"] }
        watch.stop()
        let records = try file.records()
        #expect(records.map { $0.lastUsedAt != nil } == [true, false])
    }

    /// Asks until the answer is yes, for at most a minute.
    private func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(5_000)
        }
        return true
    }
}
