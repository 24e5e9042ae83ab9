import Glibc
import Jobs
import Metrics
import Perceptron

/// Whether the machine gives what a server needs.
public enum SystemChecks {
    /// Looks at processor, memory, limits and clock.
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - jobMemory: most memory one job may need, in bytes.
    ///   - workers: jobs trained at the same time.
    ///   - connections: connections that a server takes at a time.
    public static func run(_ directory: String, jobMemory: Int, workers: Int, connections: Int) -> [Finding] {
        [kernels(), memory(jobMemory, workers), descriptors(connections), clock(directory)]
    }

    private static func kernels() -> Finding {
        do {
            let chosen = try InstructionSet.selected()
            let text = "trains with \(chosen.rawValue) kernels"
            return chosen.rawValue == "baseline"
                ? .warning("processor", text + ", the slowest; ESPALIER_ISA, or the processor, has no better")
                : .ok("processor", text)
        } catch {
            return .failed("processor", "\(error)")
        }
    }

    private static func memory(_ jobMemory: Int, _ workers: Int) -> Finding {
        let line = DirectoryChecks.lines("/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }
        guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            return .warning("memory", "what is available cannot be found out")
        }
        let text = "\(kilobytes >> 10) MiB are available"
        if kilobytes < 256 << 10 { return .failed("memory", text) }
        let (most, overflows) = jobMemory.multipliedReportingOverflow(by: workers)
        return overflows || most >> 10 > kilobytes
            ? .warning("memory", text + ", \(workers) jobs of \(jobMemory >> 20) MiB may run at the same time")
            : .ok("memory", text)
    }

    /// A connection can have a body on its way to a file; data, database and pipes need some hundreds more.
    private static func descriptors(_ connections: Int) -> Finding {
        guard let most = ProcessMetrics.mostDescriptors else {
            return .warning("open files", "the limit cannot be found out")
        }
        let needed = connections * 2 + 256
        let text = "at most \(most)"
        return most < needed
            ? .warning("open files", text + ", \(connections) connections can need \(needed): ulimit -n")
            : .ok("open files", text)
    }

    /// A clock that was set back makes new jobs look older than old ones, and keys live longer.
    private static func clock(_ directory: String) -> Finding {
        let now = Timestamp.now()
        var status = stat()
        for name in [DataLayout.database, DataLayout.database + "-wal"]
        where stat("\(directory)/\(name)", &status) == 0 {
            let changed = Timestamp(milliseconds: Int64(status.st_mtim.tv_sec) * 1_000)
            if changed.seconds(since: now) > 2 {
                return .failed("clock", "it says \(now), and \(name) was changed at \(changed)")
            }
        }
        return .ok("clock", "\(now)")
    }
}
