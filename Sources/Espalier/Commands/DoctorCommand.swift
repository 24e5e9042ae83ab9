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
            of `espalier serve` that it needs, from the environment too.
            """)

    @Option(help: "The data directory.")
    var dataDir: String = Environment.text("DATA_DIR") ?? "data"

    @Option(help: "Jobs trained at the same time; one per core unless told.")
    var workers: Int = Environment.integer("WORKERS") ?? ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Most memory one job may need, in bytes.")
    var maxJobMemory: Int = Environment.integer("MAX_JOB_MEMORY") ?? 4 << 30

    @Flag(help: "One JSON object in place of lines.")
    var json = false

    func run() throws {
        let findings =
            DirectoryChecks.run(dataDir) + DataChecks.run(dataDir)
            + SystemChecks.run(dataDir, jobMemory: maxJobMemory, workers: workers, connections: 1024)
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
