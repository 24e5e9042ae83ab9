import CLibFuzzer
import Foundation

/// `fuzz SUBJECT [libFuzzer's options and folders]`; `fuzz SUBJECT --seeds FOLDER` only writes inputs to begin with.
@main
enum FuzzCommand {
    static func main() throws {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let subject = Subject(rawValue: arguments.remove(at: 1)) else {
            let names = Subject.allCases.map(\.rawValue).joined(separator: "|")
            FileHandle.standardError.write(Data("usage: fuzz \(names) [--seeds FOLDER | libFuzzer's arguments]\n".utf8))
            exit(2)
        }
        if arguments.count == 3, arguments[1] == "--seeds" {
            try subject.writeSeeds(to: URL(fileURLWithPath: arguments[2], isDirectory: true))
            return
        }
        fuzzed = subject
        var count = Int32(arguments.count)
        var pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = .allocate(capacity: arguments.count + 1)
        for (place, argument) in arguments.enumerated() { pointers?[place] = strdup(argument) }
        pointers?[arguments.count] = nil
        exit(LLVMFuzzerRunDriver(&count, &pointers, tryOne))
    }
}

// Written once, before the fuzzer's only thread reads it.
private nonisolated(unsafe) var fuzzed = Subject.json

private func tryOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    fuzzed.read(UnsafeRawBufferPointer(start: data, count: size))
    return 0
}
