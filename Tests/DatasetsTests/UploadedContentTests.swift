import Datasets
import Foundation
import Hashing
import Testing

@Suite struct UploadedContentTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    /// Calls `body` with an upload of `bytes`, then tells how much of its file is still mapped in.
    private func resident<Result>(
        _ bytes: [UInt8], _ body: (UploadedContent) throws -> Result
    ) throws -> (result: Result, kilobytes: Int) {
        let path = "\(fixture.directory)-upload"
        let name = path.split(separator: "/").last ?? ""
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let start = try #require(mmap(nil, bytes.count, PROT_READ, MAP_PRIVATE, descriptor, 0))
        #expect(start != MAP_FAILED)
        defer { munmap(start, bytes.count) }
        let result = try body(UploadedContent(UnsafeRawBufferPointer(start: start, count: bytes.count), isMapped: true))
        return (result, try residentKilobytes(of: String(name)))
    }

    /// What `/proc/self/smaps` says of the mapping of a file.
    private func residentKilobytes(of name: String) throws -> Int {
        let maps = try #require(fopen("/proc/self/smaps", "r"))
        defer { fclose(maps) }
        var line = [CChar](repeating: 0, count: 8192)
        var isFound = false
        while fgets(&line, Int32(line.count), maps) != nil {
            let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            if text.hasSuffix(name + "\n") { isFound = true }
            if isFound, text.hasPrefix("Rss:") { return try #require(Int(text.split(separator: " ")[1])) }
        }
        throw POSIXError(.ENOENT)
    }

    private func text(_ row: String, _ rows: Int, _ separator: String) -> [UInt8] {
        Array(Array(repeating: row, count: rows).joined(separator: separator).utf8)
    }

    @Test func aTextIsHashedAndGivenBackWhileItIsRead() throws {
        let row = (0..<20).map { "\($0).25" }.joined(separator: ",")
        let csv = text(row, 150_000, "\n")
        let json = Array("[[".utf8) + text(row, 150_000, "],[") + Array("]]".utf8)
        let plainCSV = try fixture.csv(csv)
        let plainJSON = try fixture.json(json)
        let read = try resident(csv) { (try fixture.store.ingestCSV($0), $0.sha256()) }
        #expect(read.result.0 == plainCSV)
        #expect(read.result.1 == ContentHash.of(csv))
        let parsed = try resident(json) { (try fixture.store.ingestJSON($0), $0.sha256()) }
        #expect(parsed.result.0 == plainJSON)
        #expect(parsed.result.1 == ContentHash.of(json))
        for kilobytes in [read.kilobytes, parsed.kilobytes] { #expect(kilobytes < csv.count / 1024 / 4) }
    }

    @Test func aTextThatIsReadTwiceIsHashedOnce() throws {
        let csv = text("a1,1", 100_000, "\n") + text("\n10115,2", 100_000, "")
        let plain = try fixture.csv(csv)
        #expect(plain.schema.columns[0].kind == .text)
        let (result, _) = try resident(csv) { (try fixture.store.ingestCSV($0), $0.sha256()) }
        #expect(result.0 == plain)
        #expect(result.1 == ContentHash.of(csv))
    }

    @Test func aRefusedTextIsGivenBackToo() throws {
        let row = (0..<20).map { "\($0).25" }.joined(separator: ",")
        let json = Array("[[".utf8) + text(row, 150_000, "],[") + Array("]] x".utf8)
        let (refused, kilobytes) = try resident(json) { content in
            #expect(throws: (any Error).self) { try fixture.store.ingestJSON(content) }
            return true
        }
        #expect(refused && kilobytes < json.count / 1024 / 4)
        #expect(try fixture.files().isEmpty)
    }

    @Test func bytesThatAreNoFileAreKept() throws {
        let csv = text("1.5,2", 400_000, "\n")
        let plain = try fixture.csv(csv)
        let copy = csv
        let read = try csv.withUnsafeBytes { bytes in
            let content = UploadedContent(bytes, isMapped: false)
            return (try fixture.store.ingestCSV(content), content.sha256())
        }
        #expect(read.0 == plain && read.1 == ContentHash.of(copy) && csv == copy)
    }

    @Test(arguments: [false, true])
    func arraysAreReadLikePlainBytes(_ isFortranOrder: Bool) throws {
        try fixture.python(
            """
            import numpy as np, sys
            cells = np.random.default_rng(1).normal(size=(40000, 30))
            cells[1234, 5] = np.nan
            np.save(sys.argv[1] + '/a.npy', np.asarray(cells, order='\(isFortranOrder ? "F" : "C")'))
            """)
        let bytes = try fixture.file("a.npy")
        let plain = try fixture.npy(bytes)
        #expect(plain.schema.columns[5].firstMissingRow == 1235)
        let (result, _) = try resident(bytes) { (try fixture.store.ingestNPY($0), $0.sha256()) }
        #expect(result.0 == plain)
        #expect(result.1 == ContentHash.of(bytes))
    }
}
