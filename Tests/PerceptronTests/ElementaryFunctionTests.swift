import CKernels
import Foundation
import Testing

/// The vector kernels' functions against the C library in float64 (float80 where there is one).
@Suite struct ElementaryFunctionTests {
    static let instructionSets: [String] = (0..<8).compactMap { ck_instruction_set($0).map { String(cString: $0) } }
        .filter { ck_kernels_of($0, 0) != nil }

    #if arch(x86_64)
        typealias Wide = Float80
    #else
        typealias Wide = Double
    #endif

    enum Function: CaseIterable {
        case exp, log, log1p, tanh, sigmoid

        func truth(_ x: Wide) -> Wide {
            switch self {
            case .exp: Foundation.exp(x)
            case .log: Foundation.log(x)
            case .log1p: Foundation.log1p(x)
            case .tanh: Foundation.tanh(x)
            case .sigmoid: 1 / (1 + Foundation.exp(-x))
            }
        }

        /// Where results are normal numbers.
        func arguments(isDouble: Bool) -> [Double] {
            let steps = 40_000
            func range(_ low: Double, _ high: Double) -> [Double] {
                (0...steps).map { low + (high - low) * Double($0) / Double(steps) }
            }
            let small = (1..<120).map { Foundation.pow(2, -Double($0) / 4) }
            switch self {
            case .exp, .sigmoid: return (isDouble ? range(-707, 20) : range(-87, 20)) + small + small.map { -$0 } + [0]
            case .log: return range(1, 300) + range(0.5, 2) + small
            case .log1p: return range(0, 1) + small
            case .tanh: return range(-1, 1) + range(-30, 30) + small + small.map { -$0 } + [0]
            }
        }
    }

    @Test(arguments: instructionSets, Function.allCases)
    func functionsAreRightToTheirLastPlaces(_ set: String, _ function: Function) throws {
        try check(Float.self, set, function, isDouble: false) { $0.ulp }
        try check(Double.self, set, function, isDouble: true) { $0.ulp }
    }

    private func check<S: BinaryFloatingPoint>(
        _ type: S.Type, _ set: String, _ function: Function, isDouble: Bool, ulp: (S) -> S
    ) throws {
        let x = function.arguments(isDouble: isDouble).map { S($0) }
        let found = try apply(set, function, x, isDouble: isDouble)
        var worst: (units: Wide, at: S) = (0, 0)
        for (x, y) in zip(x, found) {
            let truth = function.truth(Wide(x))
            let units = abs(Wide(y) - truth) / Wide(ulp(S(truth)))
            if !(units <= worst.units) { worst = (units, x) }
        }
        // The sigmoid's sum and quotient add their own roundings to those of exp.
        let limit: Wide = function == .sigmoid ? 3 : 2
        #expect(worst.units <= limit, "\(function) of \(worst.at) is off by \(worst.units) units")
    }

    @Test(arguments: instructionSets)
    func extremesAreFiniteOrWhatTheyShouldBe(_ set: String) throws {
        let x: [Float] = [.nan, .infinity, -.infinity, 1000, -1000]
        let exp = try apply(set, .exp, x, isDouble: false)
        #expect(exp[0].isNaN && exp[1...] == [.infinity, 0, .infinity, 0])
        let tanh = try apply(set, .tanh, x, isDouble: false)
        #expect(tanh[0].isNaN && tanh[1...] == [1, -1, 1, -1])
        let sigmoid = try apply(set, .sigmoid, x, isDouble: false)
        #expect(sigmoid[0].isNaN && sigmoid[1...] == [1, 0, 1, 0])
        #expect(try apply(set, .log, [Float.nan], isDouble: false)[0].isNaN)
        #expect(try apply(set, .log1p, [Double.nan], isDouble: true)[0].isNaN)
    }

    private func apply<S: BinaryFloatingPoint>(
        _ set: String, _ function: Function, _ x: [S], isDouble: Bool
    ) throws -> [S] {
        let kernels = try #require(ck_kernels_of(set, isDouble ? 1 : 0)).pointee
        let map =
            switch function {
            case .exp: kernels.exp
            case .log: kernels.log
            case .log1p: kernels.log1p
            case .tanh: kernels.tanh
            case .sigmoid: kernels.sigmoid
            }
        var out = [S](repeating: 0, count: x.count)
        x.withUnsafeBytes { x in
            out.withUnsafeMutableBytes { out in
                guard let from = x.baseAddress, let to = out.baseAddress else { return }
                map(from, to, Int64(out.count / MemoryLayout<S>.stride))
            }
        }
        return out
    }
}
