import JSON

/// An object in the catalog file; its members are read by name.
///
/// Every reader throws the path of the invalid part and the expected type. A member that is `null` counts as absent
/// where it has a default.
struct CatalogObject<Key: CaseIterable & RawRepresentable<String>> {
    private let path: String
    private let members: [String: JSONNode]

    /// - Throws: if it is not an object, or has a member that `Key` lacks, probably a typing error.
    init(_ node: JSONNode, at path: String) throws(CatalogFaults) {
        guard let members = node.members else { throw CatalogFaults(path, .notObject) }
        self.path = path
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        let known = Key.allCases.map(\.rawValue)
        if let stranger = self.members.keys.sorted().first(where: { !known.contains($0) }) {
            throw CatalogFaults(place(stranger), .unknownMember(stranger, known: known))
        }
    }

    /// Whether the member is present and not `null`.
    func has(_ key: Key) -> Bool { members[key.rawValue].map { $0.kind != .null } ?? false }

    func text(_ key: Key) throws(CatalogFaults) -> String { try value(key, otherwise: .notText, \.string) }

    func text(_ key: Key, default text: String) throws(CatalogFaults) -> String {
        has(key) ? try self.text(key) : text
    }

    func number(_ key: Key) throws(CatalogFaults) -> Int64 { try value(key, otherwise: .notWholeNumber, \.integer) }

    func flag(_ key: Key, default flag: Bool) throws(CatalogFaults) -> Bool {
        has(key) ? try value(key, otherwise: .notFlag, \.bool) : flag
    }

    func object<Member>(_ key: Key) throws(CatalogFaults) -> CatalogObject<Member> {
        try CatalogObject<Member>(value(key, otherwise: .notObject) { $0 }, at: place(key.rawValue))
    }

    /// Reads a list of objects.
    func list<Member, Element>(
        _ key: Key, _ make: (CatalogObject<Member>) throws(CatalogFaults) -> Element
    ) throws(CatalogFaults) -> [Element] {
        var elements: [Element] = []
        for (index, node) in try value(key, otherwise: .notList, \.elements).enumerated() {
            elements.append(try make(CatalogObject<Member>(node, at: "\(place(key.rawValue)).\(index)")))
        }
        return elements
    }

    private func value<Value>(
        _ key: Key, otherwise reason: CatalogFault.Reason, _ read: (JSONNode) -> Value?
    ) throws(CatalogFaults) -> Value {
        guard let node = members[key.rawValue] else { throw CatalogFaults(place(key.rawValue), .missing) }
        guard let value = read(node) else { throw CatalogFaults(place(key.rawValue), reason) }
        return value
    }

    private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
