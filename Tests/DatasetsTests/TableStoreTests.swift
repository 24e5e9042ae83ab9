import Datasets
import Foundation
import JSONDocument
import Testing

@Suite struct TableStoreTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    @Test func aTableIsNamedByItsContent() throws {
        let table = try fixture.csv("a,b\n1,2\n")
        #expect(try fixture.files() == ["\(table.hash).table"])
        let bytes = try fixture.file("\(table.hash).table")
        #expect(bytes.count == table.bytes)
        try fixture.python(
            """
            import glob, hashlib, os, sys
            path, = glob.glob(sys.argv[1] + '/*.table')
            assert hashlib.sha256(open(path, 'rb').read()).hexdigest() + '.table' == os.path.basename(path)
            """)
    }

    @Test func equalContentIsStoredOnce() throws {
        let first = try fixture.csv("a,b\n1,2\n3,4\n")
        let second = try fixture.csv("a;b\r\n1.0;2e0\r\n\"3\";4\r\n")
        #expect(first == second)
        #expect(try fixture.files().count == 1)
        #expect(try fixture.csv("a,c\n1,2\n3,4\n").hash != first.hash)
        #expect(try fixture.files().count == 2)
    }

    @Test func openTablesAreShared() throws {
        let table = try fixture.csv("a,b\n1,2\n")
        let one = try fixture.store.open(table.hash)
        #expect(try fixture.store.open(table.hash) === one)
        #expect(one.schema == table.schema)
    }

    @Test func cellsOutliveTheirTableAndItsFile() throws {
        let table = try fixture.csv("a,b\n1,2\n")
        let cells = try fixture.store.open(table.hash).cells
        try fixture.store.remove(table.hash)
        #expect(cells[0, 1] == 2)
        #expect(throws: StorageError.notFound(hash: table.hash)) { try fixture.store.open(table.hash) }
        try fixture.store.remove(table.hash)
    }

    @Test(arguments: ["", "../../etc/passwd", String(repeating: "A", count: 64), String(repeating: "0", count: 64)])
    func unknownHashesAreNotFound(_ hash: String) {
        #expect(throws: StorageError.notFound(hash: hash)) { try fixture.store.open(hash) }
    }

    @Test func cellsAreAligned() throws {
        let cells = try fixture.store.open(fixture.csv("a,b\n1,2\n").hash).cells
        #expect(Int(bitPattern: cells.base) % 64 == 0)
    }

    @Test func leftoversAreSweptAtStart() throws {
        let table = try fixture.csv("a,b\n1,2\n")
        try Data([1]).write(to: URL(fileURLWithPath: "\(fixture.directory)/.incoming-123"))
        let again = try TableStore(directory: fixture.directory)
        #expect(try fixture.files() == ["\(table.hash).table"])
        #expect(try again.open(table.hash).schema == table.schema)
    }

    @Test func aDamagedFileIsRefused() throws {
        let table = try fixture.csv("a,b\n1,2\nx,4\n", CSVOptions(header: true))
        let url = URL(fileURLWithPath: "\(fixture.directory)/\(table.hash).table")
        let whole = try fixture.file("\(table.hash).table")
        func opens(_ bytes: [UInt8]) throws -> Bool {
            try Data(bytes).write(to: url)
            do {
                _ = try TableStore(directory: fixture.directory).open(table.hash)
                return true
            } catch StorageError.damaged { return false }
        }
        #expect(try opens(whole))
        for length in 0..<whole.count { #expect(try !opens(Array(whole[..<length])), "\(length)") }
        #expect(try !opens(whole + [0]))
        for position in 0..<64 {
            var bytes = whole
            bytes[position] ^= 0x81
            #expect(try !opens(bytes), "header byte \(position)")
        }
        #expect(try !opens((0..<whole.count).map { UInt8(truncatingIfNeeded: $0 &* 37) }))
    }

    @Test func systemErrorsAreTyped() throws {
        let error = StorageError.io(operation: "write a data set", code: EACCES)
        #expect("\(error)" == "write a data set: Permission denied")
        #expect(throws: StorageError.io(operation: "make the data folder", code: ENOENT)) {
            try TableStore(directory: "\(fixture.directory)/none/here")
        }
        try FileManager.default.removeItem(atPath: fixture.directory)
        #expect { try fixture.csv("a,b\n1,2\n") } throws: { error in
            guard case IngestionError.storage(.io(_, code: ENOENT)) = error else { return false }
            return true
        }
    }

    @Test func referencesAndSchemasReadBack() throws {
        let table = try fixture.csv("a,\"b \"\"q\"\"\"\nx,1\n,2\nz,3\n")
        var json = JSONWriter()
        table.write(into: &json)
        #expect(try TableReference(try JSONDocument.parse(json.bytes).root) == table)
        #expect(throws: Faults.self) { try TableReference(try parse("{\"hash\": \"x\"}")) }
        #expect(throws: Faults.self) { try TableSchema(try parse("{\"rows\": 3, \"columns\": []}")) }
    }
}
