extension Sequence where Element: Hashable {
    /// The elements, each once, in the order of their first appearance.
    package var eachOnce: [Element] {
        var known: Set<Element> = []
        return filter { known.insert($0).inserted }
    }
}
