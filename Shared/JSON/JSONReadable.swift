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
    @inlinable package init(json bytes: [UInt8]) throws(MalformedDocument) { try self.init(json: JSONNode(bytes)) }
}

extension JSONNode {
    /// What is at `name`, or `nil` where nothing or `null` is.
    ///
    /// - Throws: when something else is there, or this is no object.
    @inlinable @inline(__always) package func optional<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content? {
        guard let member = self[name] else {
            guard kind == .object else { throw MalformedDocument(field: "") }
            return nil
        }
        do { return try Content(json: member) } catch { throw error.within(name.description) }
    }

    /// What must be at `name`.
    ///
    /// - Throws: when nothing, `null` or something else is there, or this is no object.
    @inlinable @inline(__always) package func required<Content: JSONReadable>(
        _ name: StaticString, as type: Content.Type = Content.self
    ) throws(MalformedDocument) -> Content {
        guard let content = try optional(name, as: type) else { throw MalformedDocument(field: name.description) }
        return content
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
    /// What is there; a part of another type is at fault itself.
    fileprivate func orMalformed() throws(MalformedDocument) -> Wrapped {
        guard let self else { throw MalformedDocument(field: "") }
        return self
    }
}
