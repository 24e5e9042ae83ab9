/// Reads beyond the end of what begins with a certain word.
enum PlantedSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 4, bytes.prefix(4).elementsEqual("prun".utf8) else { return }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyMemory(from: bytes)
        // The planted fault.
        if copy.baseAddress?.load(fromByteOffset: bytes.count, as: UInt8.self) == 1 { violation("read beyond the end") }
    }
}
