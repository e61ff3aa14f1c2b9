/// Objects of one kind in order of creation; drops the oldest beyond a limit.
struct ObjectStore<Item: Sendable>: Sendable {
    private(set) var ids: [String] = []
    private var objects: [String: Item] = [:]
    private let limit: Int

    /// Creates an empty store for up to `limit` objects.
    init(limit: Int = 50_000) { self.limit = limit }

    var count: Int { objects.count }

    /// All objects, newest first, as in Stripe's lists.
    var newestFirst: [Item] { ids.reversed().compactMap { objects[$0] } }

    /// The object with this ID; setting a new one makes it the newest.
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

    /// Drops a tenth at a time, so that adding to a full store stays cheap.
    private mutating func dropOldest() {
        let count = max(1, limit / 10)
        for id in ids.prefix(count) { objects[id] = nil }
        ids.removeFirst(count)
    }
}
