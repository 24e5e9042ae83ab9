import Foundation

/// What reads bytes from outside. Each must bear any bytes; where there are two ways to read, they must agree.
enum Subject: String, CaseIterable {
    case json, csv, npy, weights, checkpoint
    /// A reader with a mistake in it, to see that mistakes are found.
    case planted

    func read(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .json: JSONSubject.read(bytes)
        case .csv: CSVSubject.read(bytes)
        case .npy: NPYSubject.read(bytes)
        case .weights: WeightsSubject.read(bytes)
        case .checkpoint: CheckpointSubject.read(bytes)
        case .planted: PlantedSubject.read(bytes)
        }
    }

    func writeSeeds(to folder: URL) throws {
        let seeds: [[UInt8]] =
            switch self {
            case .json: JSONSubject.seeds
            case .csv: CSVSubject.seeds
            case .npy: NPYSubject.seeds
            case .weights: try WeightsSubject.seeds()
            case .checkpoint: try CheckpointSubject.seeds()
            case .planted: []
            }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (place, seed) in seeds.enumerated() {
            try Data(seed).write(to: folder.appendingPathComponent("\(place)"))
        }
    }
}

/// Ends the run with what was found.
func violation(_ text: String) -> Never {
    FileHandle.standardError.write(Data("violation: \(text)\n".utf8))
    abort()
}
