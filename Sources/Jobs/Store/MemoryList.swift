/// Elements by id and by place, places rising in the order of arrival. A removed element's place stays known to its owner, so that
/// a list can go on from there.
struct MemoryList<Element: Sendable>: Sendable {
    private struct Place {
        let number: Int
        let owner: String?
    }

    private var elements: [Int: Element] = [:]
    private var placeOfID: [String: Place] = [:]
    private var removed: [String] = []
    private var nextPlace = 1
    private(set) var places: [Int] = []

    /// Adds an element and returns its place.
    mutating func append(_ element: Element, id: String, owner: String?) throws(StoreError) -> Int {
        guard placeOfID[id] == nil else { throw .duplicate(id) }
        let place = nextPlace
        nextPlace += 1
        elements[place] = element
        placeOfID[id] = Place(number: place, owner: owner)
        places.append(place)
        return place
    }

    /// Where the element `id` is; nil if it never was or is gone.
    func place(of id: String) -> Int? {
        guard let place = placeOfID[id]?.number, elements[place] != nil else { return nil }
        return place
    }

    subscript(place: Int) -> Element? {
        get { elements[place] }
        set { elements[place] = newValue }
    }

    subscript(id: String) -> Element? { placeOfID[id].flatMap { elements[$0.number] } }

    @discardableResult
    mutating func remove(_ id: String) -> Element? {
        guard let place = placeOfID[id]?.number, let element = elements.removeValue(forKey: place) else { return nil }
        places.removeAll { $0 == place }
        removed.append(id)
        if removed.count > rememberedDeletions { placeOfID[removed.removeFirst()] = nil }
        return element
    }

    /// Up to `limit` + 1 elements that arrived before the element `after`, which must be `owner`'s if that is given, newest
    /// first.
    func newestFirst(
        owner: String?, after: String?, limit: Int, where isIncluded: (Element) -> Bool
    ) throws(StoreError) -> [Element] {
        var end = Int.max
        if let after {
            guard let place = placeOfID[after], owner == nil || place.owner == owner else {
                throw .unknownCursor(after)
            }
            end = place.number
        }
        var found: [Element] = []
        for place in places.reversed() where place < end {
            guard let element = elements[place], isIncluded(element) else { continue }
            found.append(element)
            if found.count > max(1, limit) { break }
        }
        return found
    }
}
