/// What kind of problem an answer reports: the contract's error words, each with its one status and title.
public enum ProblemCode: String, CaseIterable, Sendable {
    case invalidJSON = "invalid_json"
    case malformedRequest = "malformed_request"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case wrongState = "wrong_state"
    case lengthRequired = "length_required"
    case tooLarge = "too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case unsatisfiableRange = "unsatisfiable_range"
    case invalidContent = "invalid_content"
    case queueFull = "queue_full"
    case `internal` = "internal"
    case notImplemented = "not_implemented"
    case busy = "busy"
    case stopping = "stopping"
    case insufficientStorage = "insufficient_storage"

    /// The HTTP status.
    public var status: Int {
        switch self {
        case .invalidJSON, .malformedRequest: 400
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .wrongState: 409
        case .lengthRequired: 411
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .unsatisfiableRange: 416
        case .invalidContent: 422
        case .queueFull: 429
        case .internal: 500
        case .notImplemented: 501
        case .busy, .stopping: 503
        case .insufficientStorage: 507
        }
    }

    /// A short summary that is the same for every problem of the kind.
    public var title: String {
        switch self {
        case .invalidJSON: "The body is not JSON"
        case .malformedRequest: "The request is malformed"
        case .notFound: "There is no such resource"
        case .methodNotAllowed: "The resource does not know this method"
        case .notAcceptable: "The resource has no form that the client accepts"
        case .wrongState: "The resource is in a state that does not allow this"
        case .lengthRequired: "The request has no body"
        case .tooLarge: "The body is too large"
        case .unsupportedMediaType: "The body has a media type that is not understood here"
        case .unsatisfiableRange: "The range lies outside of the document"
        case .invalidContent: "The content is not valid"
        case .queueFull: "The queue is full"
        case .internal: "The service failed"
        case .notImplemented: "The request needs what this server does not have"
        case .busy: "The service is busy"
        case .stopping: "The service is stopping"
        case .insufficientStorage: "The disk is full"
        }
    }
}
