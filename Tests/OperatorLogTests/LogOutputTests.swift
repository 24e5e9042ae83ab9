import Glibc
import Jobs
import OperatorLog
import Testing

@Suite struct LogOutputTests {
    /// A pipe whose reading end is read on request.
    private final class Pipe: Sendable {
        let reading: Int32
        let writing: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            (reading, writing) = (ends[0], ends[1])
        }

        deinit { close(reading) }

        /// All that was written, up to the end of the pipe.
        func rest() -> String {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reading, &buffer, buffer.count)
                if count <= 0 { return String(decoding: text, as: UTF8.self) }
                text += buffer[..<count]
            }
        }
    }

    @Test func linesComeOutWholeAndInOrder() throws {
        let pipe = Pipe()
        let output = try LogOutput(.text, descriptor: pipe.writing)
        for number in 0..<1_000 { output.append(Array("line \(number)\n".utf8), isUrgent: number % 3 == 0) }
        output.flush(timeout: .seconds(60))
        close(pipe.writing)
        #expect(pipe.rest() == (0..<1_000).map { "line \($0)\n" }.joined())
    }

    @Test func whatIsNotReadIsDroppedCountedAndToldOf() throws {
        let pipe = Pipe()
        let output = try LogOutput(.text, descriptor: pipe.writing, capacity: 10_000)
        let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
        // More than the pipe and the queue hold: nobody waits for the reader.
        for _ in 0..<5_000 { output.append(line, isUrgent: true) }
        #expect(output.droppedInAll > 0)
        let text = Guarded("")
        let reader = try WorkerThread(stackSize: 1 << 20) { [pipe] in
            let all = pipe.rest()
            text.withLock { $0 = all }
        }
        output.flush(timeout: .seconds(60))
        output.append(line, isUrgent: true)
        output.flush(timeout: .seconds(60))
        close(pipe.writing)
        reader.join()
        let lines = text.withLock { $0 }.split(separator: "\n")
        let told = lines.filter { $0.contains("dropped") }.compactMap { $0.split(separator: "count=").last }
            .compactMap { Int($0) }.reduce(0, +)
        #expect(lines.count { $0.hasPrefix("xxx") } + told == 5_001)
    }

    @Test func aClosedOutputTakesNoMoreButWritesWhatWaits() throws {
        let pipe = Pipe()
        let output = try LogOutput(.json, descriptor: pipe.writing)
        output.append(Array("one\n".utf8), isUrgent: false)
        output.close()
        output.append(Array("two\n".utf8), isUrgent: true)
        output.flush(timeout: .seconds(60))
        close(pipe.writing)
        #expect(pipe.rest() == "one\n")
    }
}
