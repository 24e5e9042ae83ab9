import Glibc

/// A Gaussian process over the unit cube: Matérn 5/2 with a length scale for each coordinate, and noise. Formulas:
/// Rasmussen and Williams 2006, algorithm 2.1 and equation 4.17; docs/sweeps.md.
package struct GaussianProcess {
    /// What the likelihood decides.
    package struct Hyperparameters: Equatable {
        /// ℓ, one for each coordinate.
        package var lengths: [Double]
        /// The noise's variance as a share of the function's.
        package var noise: Double

        package init(lengths: [Double], noise: Double) {
            self.lengths = lengths
            self.noise = noise
        }
    }

    private let points: [[Double]]
    private let hyperparameters: Hyperparameters
    /// L of K + noise I = L Lᵀ, where K has ones on its diagonal.
    private let factor: CholeskyFactor
    /// (K + noise I)⁻¹ y.
    private let weights: [Double]
    /// σ² of the function.
    private let variance: Double
    /// log p(y) at the best σ², a constant aside.
    package let logLikelihood: Double

    /// The process that has seen `values`, of mean 0, at `points`; nil where rounding leaves the matrix indefinite.
    package init?(points: [[Double]], values: [Double], _ hyperparameters: Hyperparameters) {
        let count = points.count
        var matrix = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            for j in 0...i {
                matrix[i * count + j] = GaussianProcess.matern(points[i], points[j], hyperparameters.lengths)
            }
            matrix[i * count + i] += hyperparameters.noise
        }
        guard let factor = CholeskyFactor(lower: matrix, count: count) else { return nil }
        self.points = points
        self.hyperparameters = hyperparameters
        self.factor = factor
        weights = factor.solve(values)
        var energy = 0.0
        for (value, weight) in zip(values, weights) { energy += value * weight }
        variance = max(energy / Double(count), 1e-12)
        logLikelihood = -0.5 * Double(count) * log(variance) - factor.logDeterminantHalf
    }

    /// Mean and standard deviation of the function at `point`.
    package func predict(_ point: [Double]) -> (mean: Double, deviation: Double) {
        let covariance = points.map { GaussianProcess.matern($0, point, hyperparameters.lengths) }
        var mean = 0.0
        for (c, weight) in zip(covariance, weights) { mean += c * weight }
        let half = factor.solveLower(covariance)
        var explained = 0.0
        for value in half { explained += value * value }
        return (mean, (variance * max(0, 1 - explained)).squareRoot())
    }

    /// (1 + √5 r + 5 r² / 3) e^(−√5 r), r² = Σ ((a − b) / ℓ)².
    private static func matern(_ a: [Double], _ b: [Double], _ lengths: [Double]) -> Double {
        var squared = 0.0
        for index in lengths.indices {
            let difference = (a[index] - b[index]) / lengths[index]
            squared += difference * difference
        }
        let r = (5 * squared).squareRoot()
        return (1 + r + r * r / 3) * exp(-r)
    }
}

extension GaussianProcess {
    private static let lengthChoices = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
    private static let noiseChoices = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1]

    /// The process with the most likely hyperparameters among a few, found one by one and twice over; length scales near
    /// a half are thought more likely beforehand. Nil for no points.
    static func fitted(points: [[Double]], values: [Double]) -> (GaussianProcess, Hyperparameters)? {
        guard let first = points.first else { return nil }
        var chosen = Hyperparameters(lengths: [Double](repeating: 0.4, count: first.count), noise: 1e-3)
        var best: (process: GaussianProcess, posterior: Double)?
        func consider(_ candidate: Hyperparameters) {
            guard let process = GaussianProcess(points: points, values: values, candidate) else { return }
            var posterior = process.logLikelihood
            for length in candidate.lengths {
                let departure = log(length / 0.5)
                posterior -= 0.5 * departure * departure
            }
            if best.map({ posterior > $0.posterior }) ?? true {
                best = (process, posterior)
                chosen = candidate
            }
        }
        consider(chosen)
        for _ in 0..<2 {
            for coordinate in first.indices {
                var candidate = chosen
                for length in lengthChoices {
                    candidate.lengths[coordinate] = length
                    consider(candidate)
                }
            }
            var candidate = chosen
            for noise in noiseChoices {
                candidate.noise = noise
                consider(candidate)
            }
        }
        return best.map { ($0.process, chosen) }
    }
}

/// A lower triangular matrix L with L Lᵀ = A.
package struct CholeskyFactor {
    private let count: Int
    /// Row-major; what is above the diagonal does not count.
    private var l: [Double]

    /// Of the symmetric matrix whose lower triangle is in `lower`, row-major (count, count); nil unless it is positive
    /// definite.
    package init?(lower: [Double], count: Int) {
        self.count = count
        l = lower
        for j in 0..<count {
            var diagonal = l[j * count + j]
            for k in 0..<j { diagonal -= l[j * count + k] * l[j * count + k] }
            guard diagonal > 0, diagonal.isFinite else { return nil }
            let root = diagonal.squareRoot()
            l[j * count + j] = root
            for i in (j + 1)..<max(count, j + 1) {
                var sum = l[i * count + j]
                for k in 0..<j { sum -= l[i * count + k] * l[j * count + k] }
                l[i * count + j] = sum / root
            }
        }
    }

    /// log √|A|.
    package var logDeterminantHalf: Double {
        var sum = 0.0
        for i in 0..<count { sum += log(l[i * count + i]) }
        return sum
    }

    /// L⁻¹ b.
    func solveLower(_ b: [Double]) -> [Double] {
        var x = b
        for i in 0..<count {
            var sum = x[i]
            for k in 0..<i { sum -= l[i * count + k] * x[k] }
            x[i] = sum / l[i * count + i]
        }
        return x
    }

    /// A⁻¹ b.
    package func solve(_ b: [Double]) -> [Double] {
        var x = solveLower(b)
        for i in (0..<count).reversed() {
            var sum = x[i]
            for k in (i + 1)..<max(count, i + 1) { sum -= l[k * count + i] * x[k] }
            x[i] = sum / l[i * count + i]
        }
        return x
    }
}
