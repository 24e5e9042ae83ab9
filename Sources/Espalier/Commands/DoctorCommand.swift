import ArgumentParser
import Foundation
import JSONDocument
import Maintenance

/// `espalier doctor`: is everything as a server needs it?
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check data directory, database, files and machine.",
        discussion: """
            Works without a server and beside one; it changes nothing, and takes the one small file away with which it tries the \
            disk. The exit status is 1 if something failed, 0 if not; warnings are for you to judge. It takes the options \
            of `espalier serve` that say what is needed, from the environment too.
            """)

    @OptionGroup var data: DataOptions

    @OptionGroup var training: WorkerOptions

    @OptionGroup(title: "Connections")
    var connections: ConnectionOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @Flag(help: "One JSON object in place of lines.")
    var json = false

    func run() throws {
        // As a server does.
        DescriptorLimit.raise()
        let findings =
            DirectoryChecks.run(data.dataDir, reserve: limits.minFreeDisk) + DataChecks.run(data.dataDir)
            + SystemChecks.run(
                data.dataDir, jobMemory: limits.maxJobMemory, workers: training.workers,
                connections: connections.maxConnections)
        let isWell = findings.allSatisfy { $0.verdict != .failed }
        if json { writeJSON(findings, isWell) } else { writeLines(findings) }
        if !isWell { throw ExitCode(1) }
    }

    private func writeLines(_ findings: [Finding]) {
        let width = findings.map(\.check.count).max() ?? 0
        for finding in findings {
            let check = finding.check.padding(toLength: width, withPad: " ", startingAt: 0)
            let verdict = finding.verdict.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
            print("\(verdict)  \(check)  \(finding.detail)")
        }
    }

    private func writeJSON(_ findings: [Finding], _ isWell: Bool) {
        var json = JSONWriter()
        json.object { json in
            json.member("status", isWell ? "ok" : "failed")
            json.array("checks") { json in
                for finding in findings {
                    json.object { json in
                        json.member("check", finding.check)
                        json.member("status", finding.verdict.rawValue)
                        json.member("detail", finding.detail)
                    }
                }
            }
        }
        print(String(decoding: json.bytes, as: UTF8.self))
    }
}
