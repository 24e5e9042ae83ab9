import Datasets
import Foundation
import JSONDocument
import Testing

/// Tables so small that they become no file.
@Suite struct InlineTableTests {
    /// Stores its tables as files; the naive twin.
    private let files: TableFixture
    private let directory: String
    private let store: TableStore

    init() throws {
        files = try TableFixture()
        directory = files.directory + "/inline"
        store = try TableStore(directory: directory, inlineLimit: 4_096)
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory) }

    /// Whole numbers, numbers that need float64, texts whose codes are renumbered, and missing cells.
    @Test(arguments: ["a,b\n1,2\n3,4\n", "a,b\n1,x\n0.1,y\n", "a,b\n1,z\n2,y\n,x\n", "a\n1e300\n"])
    func theContentIsWhatTheFileWouldBe(text: String) throws {
        let filed = try files.csv(text)
        let inline = try Array(text.utf8).withUnsafeBytes { try store.ingestCSV($0, options: CSVOptions()) }
        #expect(inline.hash == filed.hash)
        #expect(inline.bytes == filed.bytes)
        #expect(inline.schema == filed.schema)
        #expect(filed.content == nil)
        #expect(try inline.content == files.file("\(filed.hash).table"))
        #expect(try names() == [])
        let table = try store.open(inline.hash, content: inline.content)
        let expected = try files.store.open(filed.hash)
        #expect(table.schema == expected.schema)
        #expect(table.element == expected.element)
        #expect(Int(bitPattern: table.cells.base) % 64 == 0)
        for row in 0..<table.cells.rows {
            for column in 0..<table.cells.columns {
                #expect(table.cells[row, column].bitPattern == expected.cells[row, column].bitPattern)
            }
        }
    }

    @Test(arguments: [900, 1_000, 1_100, 5_000])
    func whatGrowsBeyondTheLimitIsAFile(rows: Int) throws {
        let text = "[\((0..<rows).map { "[\($0)]" }.joined(separator: ","))]"
        let reference = try store.ingestJSON(text: text)
        #expect(try reference == files.json(text) || reference.content != nil)
        #expect((reference.content != nil) == (reference.bytes <= 4_096))
        #expect(try names() == (reference.content == nil ? ["\(reference.hash).table"] : []))
        let table = try store.open(reference.hash, content: reference.content)
        #expect((0..<rows).allSatisfy { table.cells[$0, 0] == Double($0) })
    }

    @Test func tablesThatAreHeldAreShared() throws {
        let reference = try store.ingestJSON(text: "[[1, 2]]")
        #expect(store.opened(reference.hash) == nil)
        let table = try store.open(reference.hash, content: reference.content)
        #expect(store.opened(reference.hash) === table)
        #expect(try store.open(reference.hash, content: reference.content) === table)
    }

    @Test func contentThatIsNoTableIsRefused() throws {
        let reference = try store.ingestJSON(text: "[[1, 2]]")
        let content = try #require(reference.content)
        for damaged in [[], Array(content.dropLast()), content + [0], [0] + content.dropFirst()] {
            let error = #expect(throws: StorageError.self) { try store.open(reference.hash, content: damaged) }
            guard case .damaged? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(throws: StorageError.notFound(hash: reference.hash)) { try store.open(reference.hash) }
    }
}
