import Datasets
import Foundation

/// Where everything durable lies.
struct DataDirectory {
    let path: String

    /// Makes the directory if need be, and those above it. A new one's name is synced: it is all that leads to what it holds.
    init(_ path: String) throws {
        let url = URL(fileURLWithPath: path, isDirectory: true)
        var missing: [URL] = []
        var last = url
        while !FileManager.default.fileExists(atPath: last.path), last.path != "/" {
            missing.append(last)
            last.deleteLastPathComponent()
        }
        do {
            for folder in missing.reversed() {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try DurableFolder.sync(folder.deletingLastPathComponent().path)
            }
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw StartError("the data directory \(url.path) cannot be made: \(error.localizedDescription)")
        }
        self.path = url.path
    }

    /// The path of a folder, which its owner makes.
    func subfolder(_ name: String) -> String { "\(path)/\(name)" }

    /// A folder whose content does not outlive the process: what an earlier one left is deleted.
    func emptySubfolder(_ name: String) throws -> String {
        let folder = subfolder(name)
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        return folder
    }
}
