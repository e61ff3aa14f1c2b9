/// A JSON document that is not what it should be.
package struct MalformedDocument: Error, Equatable, Sendable {
    /// The path to the part at fault, such as `data.object.id` or `files.0.size`; empty when it is not JSON at all.
    ///
    /// Names and places alone, never a value, so that it may be logged.
    package let field: String

    /// A fault at `field`.
    package init(field: String) { self.field = field }

    /// The same fault, seen from the value around the one that it was found in.
    package func within(_ name: String) -> MalformedDocument {
        MalformedDocument(field: field.isEmpty ? name : "\(name).\(field)")
    }
}
