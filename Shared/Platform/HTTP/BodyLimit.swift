/// A route whose requests may have larger bodies than others.
package struct BodyLimit: Sendable {
    /// The maximum size of a body, in bytes.
    package let bytes: Int
    private let pattern: PathPattern

    /// Creates the limit of the route with `pattern`, such as `/webhooks/stripe`.
    package init(_ bytes: Int, at pattern: StaticString) {
        self.bytes = bytes
        self.pattern = PathPattern(pattern.description)
    }

    /// Whether the limit is for requests to `path`.
    package func applies(to path: String) -> Bool { pattern.matches(path) }
}
