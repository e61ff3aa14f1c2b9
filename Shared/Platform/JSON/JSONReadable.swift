/// Something that is read from JSON.
package protocol JSONReadable {
    /// Reads it from `node`.
    ///
    /// - Throws: which part is missing or of another type; members that are not asked for may be anything.
    init(json node: JSONNode) throws(MalformedDocument)
}

extension JSONReadable {
    /// Reads it from a whole text.
    ///
    /// - Throws: which part is missing or of another type, or that the bytes are not JSON.
    package init(json bytes: [UInt8]) throws(MalformedDocument) { try self.init(json: JSONNode(bytes)) }
}

extension JSONNode {
    /// The member of this name; `nil` where there is none or `null`.
    ///
    /// - Throws: when this is no object.
    package func member(_ name: StaticString) throws(MalformedDocument) -> JSONNode? {
        if let member = self[name] { return member }
        guard kind == .object else { throw MalformedDocument(field: "") }
        return nil
    }

    /// What is at `name`, or `nil` where nothing or `null` is.
    ///
    /// - Throws: when something else is there, or this is no object.
    package func optional<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content? {
        guard let member = try member(name) else { return nil }
        do { return try Content(json: member) } catch { throw error.within(name.description) }
    }

    /// What must be at `name`.
    ///
    /// - Throws: when nothing, `null` or something else is there, or this is no object.
    package func required<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content {
        guard let content = try optional(name, as: type) else { throw MalformedDocument(field: name.description) }
        return content
    }
}

// The same for the plain types, of which documents are full: a type that is known here costs a third of one that is
// looked up while the program runs.
extension JSONNode {
    /// The text at `name`, or `nil` where nothing or `null` is.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> String? {
        try plain(name) { $0.string }
    }

    /// The text that must be at `name`.
    package func required(_ name: StaticString) throws(MalformedDocument) -> String {
        try plain(name) { $0.string }.orMalformed(name)
    }

    /// The number at `name`, or `nil` where nothing or `null` is.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> Int64? {
        try plain(name) { $0.integer }
    }

    /// The number that must be at `name`.
    package func required(_ name: StaticString) throws(MalformedDocument) -> Int64 {
        try plain(name) { $0.integer }.orMalformed(name)
    }

    /// The truth value at `name`, or `nil` where nothing or `null` is.
    package func optional(_ name: StaticString) throws(MalformedDocument) -> Bool? { try plain(name) { $0.bool } }

    /// The truth value that must be at `name`.
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
    /// What is there; a part of another type is at fault itself, or by its name.
    fileprivate func orMalformed(_ name: StaticString = "") throws(MalformedDocument) -> Wrapped {
        guard let self else { throw MalformedDocument(field: name.description) }
        return self
    }
}
