/// Reads beyond the end of what begins with a certain word.
enum PlantedSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 4 else { return }
        // Letter by letter: each one more is something new to the fuzzer, as a reader's branches are.
        for (place, letter) in "prun".utf8.enumerated() where bytes[place] != letter { return }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyMemory(from: bytes)
        // The planted fault.
        if copy.baseAddress?.load(fromByteOffset: bytes.count, as: UInt8.self) == 1 { violation("read beyond the end") }
    }
}
