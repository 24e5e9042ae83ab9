import Compression
import Foundation
import Testing

struct GzipEncoderTests {
    /// What gzip itself makes of `bytes`.
    private func decoded(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "gzip-\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(data)
    }

    private static func bytes(_ count: Int, among values: UInt8) -> [UInt8] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return UInt8(truncatingIfNeeded: state >> 33) % values
        }
    }

    @Test(arguments: [0, 1, 100, 32_767, 32_768, 32_769, 1_000_000], [UInt8(2), 251])
    func theFormReadsBackToTheBytes(count: Int, values: UInt8) throws {
        let bytes = Self.bytes(count, among: values)
        let encoded = try #require(GzipEncoder.encoded(bytes))
        #expect(try decoded(encoded) == bytes)
        if count > 1000, values == 2 { #expect(encoded.count < count / 3) }
    }

    @Test func piecesGiveTheFormOfTheWhole() throws {
        let bytes = Self.bytes(300_000, among: 10)
        let encoder = try #require(GzipEncoder())
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 7_919) {
            bytes[start..<min(start + 7_919, bytes.count)].withUnsafeBytes {
                encoder.encode($0, isLast: false, into: &output)
            }
        }
        encoder.encode(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, into: &output)
        #expect(try decoded(output) == bytes)
    }
}
