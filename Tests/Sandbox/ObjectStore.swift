/// The things of one kind in the order they were made, the oldest dropped when there are too many.
struct ObjectStore<Item: Sendable>: Sendable {
    private(set) var ids: [String] = []
    private var objects: [String: Item] = [:]
    private let limit: Int

    /// Creates an empty store for up to `limit` objects.
    init(limit: Int = 50_000) { self.limit = limit }

    var count: Int { objects.count }

    /// Everything, the newest first, as Stripe lists them.
    var newestFirst: [Item] { ids.reversed().compactMap { objects[$0] } }

    /// One of them by its ID; setting one that is new puts it on top.
    subscript(id: String) -> Item? {
        get { objects[id] }
        set {
            guard let newValue else { return }
            if objects.updateValue(newValue, forKey: id) == nil {
                ids.append(id)
                if ids.count > limit { dropOldest() }
            }
        }
    }

    /// Drops a tenth at a time, so that a full store stays cheap to add to.
    private mutating func dropOldest() {
        let count = max(1, limit / 10)
        for id in ids.prefix(count) { objects[id] = nil }
        ids.removeFirst(count)
    }
}
