/// The area under the receiver operating characteristic: how probable it is that a positive example scores above a
/// negative one, an equal score counting half (Hanley and McNeil 1982).
/// - Parameters:
///   - weights: one for each example; nil: all 1.
/// - Returns: nil where there are no positives or no negatives.
public func rocArea(scores: [Double], isPositive: (Int) -> Bool, weights: [Double]? = nil) -> Double? {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var negatives = 0.0
    var positives = 0.0
    /// Σ over positives of the weight of the negatives that score lower, ties half.
    var ordered = 0.0
    var start = 0
    while start < order.count {
        var end = start
        var tiedPositives = 0.0
        var tiedNegatives = 0.0
        while end < order.count, end == start || scores[order[end]] == scores[order[start]] {
            let weight = weights?[order[end]] ?? 1
            if isPositive(order[end]) { tiedPositives += weight } else { tiedNegatives += weight }
            end += 1
        }
        ordered += tiedPositives * (negatives + tiedNegatives / 2)
        positives += tiedPositives
        negatives += tiedNegatives
        start = end
    }
    return positives > 0 && negatives > 0 ? ordered / (positives * negatives) : nil
}
