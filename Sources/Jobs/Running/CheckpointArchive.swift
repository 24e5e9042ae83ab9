import Datasets
import Hashing
import Perceptron

/// The checkpoints of jobs that run: the last two of each, one file each. A file is whole or not there: written beside
/// its place, synced, renamed; its last bytes are a digest of all others.
public struct CheckpointArchive: Sendable {
    private static let magic = Array("espalier checkpoint 1\n".utf8)
    private static let digestBytes = 64
    /// How the names of a job's files end.
    package static let suffixes = [".first", ".second"]

    private let folder: DurableFolder

    /// Opens the folder `directory`, making it if need be.
    public init(directory: String) throws(StorageError) {
        folder = try DurableFolder(directory)
    }

    /// The newest whole checkpoint of `job`, with its number; nil if there is none. What is damaged goes to `report`.
    package func latest(of job: Job, report: Report) -> (number: UInt64, checkpoint: TrainingCheckpoint)? {
        var found: (number: UInt64, checkpoint: TrainingCheckpoint)?
        for suffix in CheckpointArchive.suffixes {
            do {
                guard let file = try folder.map("\(job.id)\(suffix)") else { continue }
                let read = try CheckpointArchive.read(file, of: job)
                if read.number >= found?.number ?? 0 { found = read }
            } catch {
                report("a checkpoint cannot be used: \(error)", level: .warning, job.noticeFields)
            }
        }
        return found
    }

    /// Forgets a job's checkpoints.
    public func remove(_ id: JobID) throws(StorageError) {
        for suffix in CheckpointArchive.suffixes { try folder.remove("\(id)\(suffix)") }
    }

    /// Forgets the checkpoints of jobs for which `isNeeded` says no.
    public func sweep(isNeeded: (JobID) throws -> Bool) throws {
        for name in try folder.names() {
            let suffix = CheckpointArchive.suffixes.first { name.hasSuffix($0) }
            guard let suffix, let id = JobID(String(name.dropLast(suffix.count))) else { continue }
            if try !isNeeded(id) { try folder.remove(name) }
        }
    }

    /// A file for checkpoint `number` of `job`, to which `write` gives the state. It replaces the last but one once it is
    /// committed.
    func written(
        _ number: UInt64, of job: Job, history: [HistoryRow], _ write: (@escaping Checkpointing.Output) -> Void
    ) throws(StorageError) -> CheckpointFile {
        let file = CheckpointFile(
            folder.writer(), name: "\(job.id)\(CheckpointArchive.suffixes[Int(number % 2)])")
        let rows = MetricsCoding.encode(history)
        file.append(CheckpointArchive.magic)
        file.append(Array(ContentHash.of(job.settings).utf8))
        file.append(number)
        file.append(UInt64(rows.count))
        file.append(rows)
        write { file.append($0) }
        try file.seal()
        return file
    }

    private static func read(
        _ file: MappedFile, of job: Job
    ) throws -> (number: UInt64, checkpoint: TrainingCheckpoint) {
        let bytes = file.bytes
        let numbers = magic.count + digestBytes
        guard bytes.count >= numbers + 16 + digestBytes, bytes.starts(with: magic) else {
            throw CheckpointError.damaged
        }
        let end = bytes.count - digestBytes
        let digest = String(decoding: bytes[end...], as: UTF8.self)
        guard ContentHash.of(UnsafeRawBufferPointer(rebasing: bytes[..<end])) == digest else {
            throw CheckpointError.damaged
        }
        guard String(decoding: bytes[magic.count..<numbers], as: UTF8.self) == ContentHash.of(job.settings) else {
            throw CheckpointError.other("it is of other settings")
        }
        let number = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: numbers, as: UInt64.self))
        let rowBytes = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: numbers + 8, as: UInt64.self))
        let rows = numbers + 16
        guard rowBytes <= UInt64(end - rows) else { throw CheckpointError.damaged }
        let state = rows + Int(rowBytes)
        return (
            number,
            TrainingCheckpoint(
                state: UnsafeRawBufferPointer(rebasing: bytes[state..<end]),
                history: try MetricsCoding.historyRows(Array(bytes[rows..<state])), owner: file)
        )
    }
}

/// A checkpoint on its way to the disk.
// Unchecked: made on the training thread, then handed to the one that commits it, never used by both at once.
final class CheckpointFile: @unchecked Sendable {
    private var writer: DurableWriter
    private var digest = ContentHash()
    private var failure: StorageError?
    private let name: String
    private let began = ContinuousClock.now

    /// Since its first byte.
    var age: Duration { ContinuousClock.now - began }

    /// Bytes so far.
    var length: Int { writer.length }

    fileprivate init(_ writer: consuming DurableWriter, name: String) {
        self.writer = writer
        self.name = name
    }

    fileprivate func append(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        digest.update(bytes)
        put(bytes)
    }

    fileprivate func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    fileprivate func append(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { append($0) } }

    fileprivate func seal() throws(StorageError) {
        Array(digest.finish().utf8).withUnsafeBytes { put($0) }
        if let failure { throw failure }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) {
        do throws(StorageError) {
            try writer.append(bytes)
        } catch {
            failure = error
        }
    }

    /// On disk when this returns.
    func commit() throws(StorageError) { try writer.commit(as: name) }
}
