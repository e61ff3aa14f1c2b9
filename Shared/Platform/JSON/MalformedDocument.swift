/// A JSON document that does not have the expected structure.
package struct MalformedDocument: Error, Equatable, Sendable {
    /// The path of the part at fault, such as `data.object.id` or `files.0.size`; empty if the document is not JSON.
    ///
    /// It contains member names and positions but no values, so it may be logged.
    package let field: String

    /// Creates a fault at `field`.
    package init(field: String) { self.field = field }

    /// Returns the same fault with the path extended by the enclosing member or element.
    package func within(_ name: String) -> MalformedDocument {
        MalformedDocument(field: field.isEmpty ? name : "\(name).\(field)")
    }
}
