package import Kernel

/// What a caller sent, whole: the body has been read and is within the limit.
@usableFromInline
package struct Request: Sendable {
    /// The request's method.
    @usableFromInline
    package var method: Method
    /// The path as it came, percent-encoding and all, always with a slash in front.
    @usableFromInline
    package var path: String
    /// What follows the question mark, as it came; empty when there is none.
    package var query: String
    /// The header fields, in order.
    package var fields: Fields
    /// The body, decoded from its transfer coding.
    package var body: [UInt8]
    /// The address of the other end of the connection, without the port.
    package var peer: String
    /// The trace this request belongs to.
    package var trace: TraceContext
    /// When its first byte was read.
    package var receivedAt: Instant

    /// Takes the parts as they are.
    package init(
        method: Method = .get, path: String, query: String = "", fields: Fields = [:], body: [UInt8] = [],
        peer: String = "127.0.0.1", trace: TraceContext = .none, receivedAt: Instant = WallClock.system.now()
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.peer = peer
        self.trace = trace
        self.receivedAt = receivedAt
    }

    /// Refuses every method but those given; a `GET` endpoint also answers `HEAD` where it is listed.
    package func requireMethod(_ allowed: Method...) throws(Refusal) {
        guard allowed.contains(method) else {
            throw .methodNotAllowed(allow: allowed.map(\.rawValue).joined(separator: ", "))
        }
    }
}

/// An endpoint, or what is left of one after a wrapper.
package typealias Handler = @Sendable (Request) async throws(Refusal) -> Response
