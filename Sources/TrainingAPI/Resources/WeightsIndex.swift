import Synchronization

/// Where the sections of a weights document begin: with it any part of the document can be made without what is before.
package struct WeightsIndex: Sendable {
    struct Mark: Sendable {
        let offset: Int
        let place: WeightsSections.Place
    }

    /// Bytes of the whole document.
    package let length: Int
    let marks: [Mark]

    /// Goes through the whole document once.
    package init(of document: WeightsDocument) {
        var sections = WeightsSections(of: document, from: .start)
        var marks: [Mark] = []
        var offset = 0
        while true {
            let place = sections.place
            let count = sections.next().count
            if count == 0 { break }
            marks.append(Mark(offset: offset, place: place))
            offset += count
        }
        length = offset
        self.marks = marks
    }

    /// The last section that begins at `offset` or before.
    func mark(before offset: Int) -> Mark {
        var (low, high) = (0, marks.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if marks[middle].offset <= offset { low = middle } else { high = middle }
        }
        return marks[low]
    }
}

/// The indexes of documents that were asked for in parts lately.
final class WeightsIndexes: Sendable {
    private struct Kept {
        var indexes: [EntityTag: WeightsIndex] = [:]
        var marks = 0
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    /// - Parameter limit: marks that are kept at most, over all indexes.
    init(limit: Int = 100_000) { self.limit = limit }

    /// The index of the document with `tag`, if it is known.
    subscript(tag: EntityTag) -> WeightsIndex? { kept.withLock { $0.indexes[tag] } }

    /// The index of `document`, which has `tag`: made if it is not known.
    func index(of document: WeightsDocument, _ tag: EntityTag) -> WeightsIndex {
        if let index = self[tag] { return index }
        let index = WeightsIndex(of: document)
        kept.withLock { kept in
            if kept.marks + index.marks.count > limit { kept = Kept() }
            if kept.indexes.updateValue(index, forKey: tag) == nil { kept.marks += index.marks.count }
        }
        return index
    }
}
