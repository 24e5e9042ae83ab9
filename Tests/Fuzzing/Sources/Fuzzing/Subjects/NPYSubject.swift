import Datasets

/// A NumPy array file.
enum NPYSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        Tables.compare(bytes, { try Tables.store.ingestNPY($0) }, { try Tables.store.ingestNPY($0) })
    }

    static let seeds: [[UInt8]] = [
        file("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", cells: 48),
        file("{'descr': '>i4', 'fortran_order': True, 'shape': (2, 2), }", cells: 16),
        file("{'descr': '|b1', 'fortran_order': False, 'shape': (5,), }", cells: 5),
        file("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 1), }", cells: 6),
    ]

    private static func file(_ header: String, cells: Int) -> [UInt8] {
        let text = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8)
            + (0..<cells).map { UInt8(truncatingIfNeeded: $0 * 7) }
    }
}
