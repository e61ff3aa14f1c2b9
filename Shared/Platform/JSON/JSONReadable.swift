/// A type that can be decoded from JSON.
package protocol JSONReadable {
    /// Decodes a value from `node`.
    ///
    /// - Throws: the member that is missing or has the wrong type; unknown members are ignored.
    init(json node: JSONNode) throws(MalformedDocument)
}

extension JSONReadable {
    /// Decodes a value from a whole document.
    ///
    /// - Throws: the member that is missing or has the wrong type, or that the bytes are not JSON.
    package init(json bytes: [UInt8]) throws(MalformedDocument) { try self.init(json: JSONNode(bytes)) }
}

extension JSONNode {
    /// Returns the member with this name; `nil` if it is absent or `null`.
    ///
    /// - Throws: if this is not an object.
    package func member(_ name: StaticString) throws(MalformedDocument) -> JSONNode? {
        if let member = self[name] { return member }
        guard kind == .object else { throw MalformedDocument(field: "") }
        return nil
    }

    /// Decodes the member at `name`; `nil` if it is absent or `null`.
    ///
    /// - Throws: if it has the wrong type, or this is not an object.
    package func optional<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content? {
        guard let member = try member(name) else { return nil }
        do { return try Content(json: member) } catch { throw error.within(name.description) }
    }

    /// Decodes the required member at `name`.
    ///
    /// - Throws: if it is absent, `null` or has the wrong type, or this is not an object.
    package func required<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content {
        guard let content = try optional(name, as: type) else { throw MalformedDocument(field: name.description) }
        return content
    }
}

// Overloads for the primitive types, the bulk of every document: they cost a third of the generic ones, which look up
// the conformance at run time.
extension JSONNode {
    /// Reads the string at `name`; `nil` if it is absent or `null`.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> String? {
        try plain(name) { $0.string }
    }

    /// Reads the required string at `name`.
    package func required(_ name: StaticString) throws(MalformedDocument) -> String {
        try plain(name) { $0.string }.orMalformed(name)
    }

    /// Reads the integer at `name`; `nil` if it is absent or `null`.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> Int64? {
        try plain(name) { $0.integer }
    }

    /// Reads the required integer at `name`.
    package func required(_ name: StaticString) throws(MalformedDocument) -> Int64 {
        try plain(name) { $0.integer }.orMalformed(name)
    }

    /// Reads the Boolean at `name`; `nil` if it is absent or `null`.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> Bool? { try plain(name) { $0.bool } }

    /// Reads the required Boolean at `name`.
    package func required(_ name: StaticString) throws(MalformedDocument) -> Bool {
        try plain(name) { $0.bool }.orMalformed(name)
    }

    private func plain<Content>(
        _ name: StaticString, _ read: (JSONNode) -> Content?
    ) throws(MalformedDocument) -> Content? {
        guard let member = try member(name) else { return nil }
        return try read(member).orMalformed(name)
    }
}

extension String: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) { self = try node.string.orMalformed() }
}

extension Bool: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) { self = try node.bool.orMalformed() }
}

extension Int64: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) { self = try node.integer.orMalformed() }
}

extension Array: JSONReadable where Element: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        self = []
        for (index, element) in try node.elements.orMalformed().enumerated() {
            do { append(try Element(json: element)) } catch { throw error.within(String(index)) }
        }
    }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        self = [:]
        for (name, member) in try node.members.orMalformed() where self[name] == nil {
            do { self[name] = try Value(json: member) } catch { throw error.within(name) }
        }
    }
}

extension Optional {
    /// Unwraps the value; throws with `name`, or with the value's own path if there is none.
    fileprivate func orMalformed(_ name: StaticString = "") throws(MalformedDocument) -> Wrapped {
        guard let self else { throw MalformedDocument(field: name.description) }
        return self
    }
}
