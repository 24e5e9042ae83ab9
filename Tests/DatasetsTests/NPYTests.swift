import Datasets
import Testing

@Suite struct NPYTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    @Test func numpysFilesAreReadBitForBit() throws {
        try fixture.python(
            """
            import numpy as np, sys, warnings
            warnings.simplefilter('ignore')
            rng = np.random.default_rng(1)
            names = []
            for dtype in ['b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']:
                for order in ['<', '>']:
                    for layout in ['C', 'F']:
                        for shape in [(7,), (5, 3), (1, 4), (4, 1)]:
                            size = int(np.prod(shape))
                            kind = np.dtype(dtype)
                            if kind.kind == 'f': a = (rng.standard_normal(size) * 100)
                            elif kind.kind == 'b': a = rng.integers(0, 2, size)
                            else:
                                limits = np.iinfo(kind); a = rng.integers(limits.min, limits.max, size, dtype=kind, endpoint=True)
                            a = np.array(a, dtype=order + dtype if kind.itemsize > 1 else dtype).reshape(shape, order=layout)
                            if kind.kind == 'f' and size > 4: a.flat[4] = np.nan; a.flat[3] = np.finfo(kind).smallest_subnormal; a.flat[2] = -0.0
                            for version in [(1, 0), (2, 0), (3, 0)]:
                                name = f'{dtype}{"le" if order == "<" else "be"}{layout}{"x".join(map(str, shape))}v{version[0]}'
                                with open(f'{sys.argv[1]}/{name}.npy', 'wb') as out: np.lib.format.write_array(out, np.asarray(a, order=layout), version)
                                np.ascontiguousarray(a).astype('<f8').tofile(f'{sys.argv[1]}/{name}.bin')
                                names.append(name)
            open(sys.argv[1] + '/names', 'w').write(' '.join(names))
            """)
        let names = String(decoding: try fixture.file("names"), as: UTF8.self).split(separator: " ")
        #expect(names.count == 12 * 2 * 2 * 4 * 3)
        for name in names {
            let table = try fixture.npy(try fixture.file("\(name).npy"))
            let expected = try fixture.file("\(name).bin").withUnsafeBytes { raw in
                (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
            }
            let found = try fixture.rows(table).flatMap { $0 }
            #expect(
                found.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
                    == expected.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }, "\(name)")
            #expect(table.schema.columns[0].kind == (name.hasPrefix("b1") ? .boolean : .numeric))
            #expect(table.schema.columns.reduce(0) { $0 + $1.missing } == expected.filter(\.isNaN).count)
        }
    }

    private func file(_ header: String, data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
        let length = header.utf8.count
        let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(length & 255), UInt8(length >> 8)]
        return prefix + (version == 1 ? [] : [0, 0]) + Array(header.utf8) + data
    }

    private let legal = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"

    @Test func aFileCutOffAnywhereIsRefused() throws {
        let whole = file(legal, data: (0..<24).map { $0 & 15 })
        #expect(try fixture.npy(whole).schema.rows == 2)
        for length in 0..<whole.count { #expect(throws: IngestionError.self) { try fixture.npy(whole[..<length]) } }
        #expect(try fixture.files().count == 1)
    }

    @Test(arguments: [
        (
            "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}",
            "is an array of Python objects, which is never read"
        ),
        (
            "{'descr': '<c16', 'fortran_order': False, 'shape': (2, 3)}",
            "has elements of type \"<c16\"; bool, i1 to i8, u1 to u8, f2, f4 and f8 are read"
        ),
        (
            "{'descr': '<U5', 'fortran_order': False, 'shape': (2, 3)}",
            "has elements of type \"<U5\"; bool, i1 to i8, u1 to u8, f2, f4 and f8 are read"
        ),
        (
            "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}",
            "is a structured array; only plain numbers are read"
        ),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", "is an array of 0 dimensions; 1 or 2 are read"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3)}",
            "is an array of 3 dimensions; 1 or 2 are read"
        ),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", "has no cells: its shape is [0, 3]"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "has a shape beyond any memory"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
            "is too large: 4611686018427387904 rows, and at most 2147483647 are allowed; "
                + "4611686018427387904 rows × 4 columns, and at most 2147483648 cells are allowed"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
            "is cut off: its shape needs 48 bytes of data, it has 24"
        ),
        (
            "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)}",
            "is too long: its shape needs 12 bytes of data, it has 24"
        ),
        ("{'descr': '<f8', 'fortran_order': False}", "has an NPY header without descr, fortran_order and shape"),
        (
            "{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 3)}",
            "has an NPY header that is not the dict it should be"
        ),
        (
            "{'descr': '<f8', 'descr': '<f8', 'fortran_order': True, 'shape': (2, 3)}",
            "has an NPY header that is not the dict it should be"
        ),
        (
            "{'shape': (-1, 3), 'descr': '<f8', 'fortran_order': True}",
            "has an NPY header that is not the dict it should be"
        ),
        ("__import__('os').system('true')", "has an NPY header that is not the dict it should be"),
        ("{'shape': ((((((((", "has an NPY header that is not the dict it should be"),
    ])
    func whatCannotBeReadSaysWhy(_ header: String, _ detail: String) throws {
        #expect(try faults { try fixture.npy(file(header, data: Array(repeating: 0, count: 24))) } == [": \(detail)"])
    }

    @Test func otherFilesAreRefused() throws {
        #expect(
            try faults { try fixture.npy(Array("PK\u{3}\u{4} not numpy".utf8)) } == [
                ": is not an NPY file: it does not begin with \\x93NUMPY"
            ])
        #expect(try faults { try fixture.npy(file(legal, version: 9)) } == [": has NPY version 9; 1, 2 and 3 are read"])
        let huge: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(try faults { try fixture.npy(huge) } == [": has an NPY header longer than 65536 bytes"])
    }

    @Test func infinityIsNamedWithRowAndColumn() throws {
        var data = [UInt8](repeating: 0, count: 24)
        data[19] = 0xFF
        data[18] = 0x80
        #expect(
            try faults { try fixture.npy(file(legal, data: data)) } == [": not a finite number: row 2, column 1: -inf"])
    }
}
