import CSimdJSON

/// Why a text is not JSON, as whoever walks it in order meets it.
package enum JSONFailure: Error {
    /// A value, comma, colon or bracket is not where it must be.
    case structure
    case depth
    /// A bad escape or bad UTF-8.
    case string
    case number
    case trueWord, falseWord, nullWord
    case controlCharacter
    case unclosedString

    var code: Int32 {
        switch self {
        case .structure: csimdjson_code(CSIMDJSON_TAPE)
        case .depth: csimdjson_code(CSIMDJSON_DEPTH)
        case .string: csimdjson_code(CSIMDJSON_STRING)
        case .number: csimdjson_code(CSIMDJSON_NUMBER)
        case .trueWord: csimdjson_code(CSIMDJSON_TRUE)
        case .falseWord: csimdjson_code(CSIMDJSON_FALSE)
        case .nullWord: csimdjson_code(CSIMDJSON_NULL)
        case .controlCharacter: csimdjson_code(CSIMDJSON_CONTROL_CHARACTER)
        case .unclosedString: csimdjson_code(CSIMDJSON_UNCLOSED_STRING)
        }
    }
}

extension JSONSyntaxError {
    /// What the parser would say of a text in which `failure` was the first thing met: it looks at the strings of the
    /// whole text, of which `survey` tells, before anything else.
    package init(_ failure: JSONFailure, _ survey: TextSurvey, depthLimit: Int) {
        self.init(code: survey.code ?? failure.code, depthLimit)
    }
}
