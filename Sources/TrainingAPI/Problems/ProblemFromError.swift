import Datasets
import Glibc
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

extension Problem {
    /// The one place where an error becomes an answer. What is not the client's doing says nothing of the inside.
    package init(from error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let faults as Faults: self.init(faults)
        case let error as JSONSyntaxError:
            self.init(.invalidJSON, "The body is not a JSON document: \(error.description)")
        case let error as IngestionError:
            switch error {
            case .faults(let faults): self.init(faults)
            case .storage(let error): self.init(from: error)
            }
        case let error as StorageError:
            self = error == .diskFull ? .diskFull : .failure
        case let error as StoreError:
            switch error {
            case .diskFull: self = .diskFull
            case .unknownCursor: self = .unknownCursor
            case .keyReused:
                self.init(
                    Faults(
                        pointer: "/headers/Idempotency-Key",
                        detail: "has been used for another request; a new request needs a new key"))
            case .keySpent:
                self.init(.wrongState, "What this request made the first time has been deleted since.")
            case .unavailable, .corrupt, .duplicate, .inUse, .newerSchema: self = .failure
            }
        case let error as TrainingError: self.init(.invalidContent, "This cannot be trained: \(error.description).")
        case let fault as RequestFault: self.init(fault)
        default: self = .failure
        }
    }

    private init(_ fault: RequestFault) {
        switch fault {
        case .malformed(let reason):
            self.init(reason.status == 501 ? .notImplemented : .malformedRequest, reason.detail)
        case .bodyTooLarge(let limit): self.init(.tooLarge, "The body must have at most \(limit) bytes.")
        case .spoolFailed(let error): self = [ENOSPC, EDQUOT].contains(error.code) ? .diskFull : .failure
        case .stopping:
            self.init(.stopping, "The service is stopping; try again in a moment.", headers: [("Retry-After", "5")])
        case .invalidResponse: self = .failure
        }
    }

    static let failure = Problem(.internal, "The service could not do this; its log says why.")
    static let diskFull = Problem(.insufficientStorage, "There is no space left to store this. Nothing was stored.")
    static func unsatisfiableRange(length: Int) -> Problem {
        Problem(
            .unsatisfiableRange,
            "The document has \(length) bytes, and none of them is in the range that was asked for.",
            headers: [("Content-Range", "bytes */\(length)")])
    }
    static let noJob = Problem(.notFound, "There is no job with this id.")
    static let noSweep = Problem(.notFound, "There is no sweep with this id.")
    static let noDataset = Problem(.notFound, "There is no data set with this id.")
    static let unknownCursor = Problem(
        Faults(pointer: "/query/after", detail: "is not the id of an element of this list"))
}
