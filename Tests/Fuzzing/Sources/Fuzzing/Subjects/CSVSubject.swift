import Datasets

/// A CSV text; the first byte chooses how it is read.
enum CSVSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        guard let choice = bytes.first else { return }
        let header: Bool? = [nil, true, false, nil][Int(choice & 3)]
        let delimiters: [CSVOptions.Delimiter?] = [nil] + CSVOptions.Delimiter.allCases
        let options = CSVOptions(header: header, delimiter: delimiters[Int(choice >> 2) % delimiters.count])
        Tables.compare(
            UnsafeRawBufferPointer(rebasing: bytes[1...]), { try Tables.store.ingestCSV($0, options: options) },
            { try Tables.store.ingestCSV($0, options: options) })
    }

    static let seeds: [[UInt8]] = [
        "\0sepal,petal,species\n5.1,1.4,setosa\n4.9,NA,\"virg\"\"inica\"\n",
        "\u{1}a;b\r\n1,5;2\r\n-3e-4;+4\r\n",
        "\u{2}1\t2\n3\t4", "\0\u{feff}a,\"b\nc\"\n0x1,\n1,2\n,\n",
        "\u{5}x,y\n1.7976931348623157e308,9007199254740993\n",
    ].map { Array($0.utf8) }
}
