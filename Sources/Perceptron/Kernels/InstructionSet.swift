import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The instruction sets the vector kernels are compiled for. One binary holds them all; a run uses one.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// 512-bit vectors (F, BW, CD, DQ, VL).
    case avx512
    /// 256-bit vectors with FMA.
    case avx2
    /// What every machine of this architecture has: SSE2 or NEON.
    case baseline

    /// The environment variable that asks for one of them by its raw value.
    public static let variable = "ESPALIER_ISA"

    /// What this machine can run, most capable first.
    public static let available = allCases.filter { ck_kernels_of($0.rawValue, 0) != nil }

    /// What the environment asks for, or the most capable one if it asks for nothing. A process calls this when it
    /// starts: runs refuse what cannot be had.
    public static func selected() throws(InstructionSetError) -> InstructionSet { try selection.get() }

    /// What `request` names; nil or nothing stands for the most capable one.
    package static func select(_ request: String?) throws(InstructionSetError) -> InstructionSet {
        guard let request, !request.isEmpty else { return available.first ?? .baseline }
        guard let set = InstructionSet(rawValue: request) else { throw .unknown(request) }
        guard available.contains(set) else { throw .unavailable(set) }
        return set
    }

    /// What predictions and gradient checks use: they cannot refuse, so an unusable request counts as none there.
    static let preferred = (try? selected()) ?? available.first ?? .baseline

    private static let selection = Result { () throws(InstructionSetError) in
        try select(getenv(variable).map { String(cString: $0) })
    }
}

/// Why an instruction set cannot be used.
public enum InstructionSetError: Error, Hashable, Sendable {
    /// No kernels are compiled for one of this name.
    case unknown(String)
    /// This machine cannot run it.
    case unavailable(InstructionSet)
}

extension InstructionSetError: CustomStringConvertible {
    /// One English sentence.
    public var description: String {
        let known = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
        return switch self {
        case .unknown(let name): "\(InstructionSet.variable) is \(name); this machine has \(known)"
        case .unavailable(let set):
            "\(InstructionSet.variable) is \(set.rawValue), which this machine lacks; it has \(known)"
        }
    }
}
