/// Which routes of a table a path may be of: a tree of segments, so that a request looks at a few routes and not at all of
/// them. It narrows the table down; `Route.parameters` decides.
struct RouteIndex: Sendable {
    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var routes: [Int] = []
    }

    private var nodes = [Node()]

    /// The index of a table.
    init(_ routes: [Route]) {
        for (number, route) in routes.enumerated() { add(number, route) }
    }

    /// The places of the routes that `path` may be of, ascending.
    func candidates(for path: [String]) -> [Int] {
        var found: [Int] = []
        collect(path[...], from: 0, into: &found)
        return found.sorted()
    }

    private func collect(_ path: ArraySlice<String>, from node: Int, into found: inout [Int]) {
        guard let segment = path.first else { return found += nodes[node].routes }
        if let next = nodes[node].literals[segment] { collect(path.dropFirst(), from: next, into: &found) }
        if let next = nodes[node].parameter { collect(path.dropFirst(), from: next, into: &found) }
    }

    private mutating func add(_ number: Int, _ route: Route) {
        var node = 0
        for segment in route.pattern.dropLast() { node = child(of: node, segment) }
        guard let last = route.pattern.last else { return nodes[node].routes.append(number) }
        // A literal is found with each of its suffixes; a parameter brings its own along.
        let spellings = last.map { name in [name] + route.suffixes.map { "\(name).\($0)" } } ?? [nil]
        for spelling in spellings { nodes[child(of: node, spelling)].routes.append(number) }
    }

    /// The node below `node` for `segment`, nil for any; made where there is none.
    private mutating func child(of node: Int, _ segment: String?) -> Int {
        let known = segment.map { nodes[node].literals[$0] } ?? nodes[node].parameter
        if let known { return known }
        nodes.append(Node())
        let new = nodes.count - 1
        if let segment { nodes[node].literals[segment] = new } else { nodes[node].parameter = new }
        return new
    }
}
