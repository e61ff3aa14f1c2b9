package import Kernel

/// A complete request; the body has been read and is within the limit.
@usableFromInline
package struct Request: Sendable {
    /// The method.
    @usableFromInline
    package var method: Method
    /// The path as received, percent-encoded, with a leading slash.
    @usableFromInline
    package var path: String
    /// The query as received, without the question mark; empty if there is none.
    package var query: String
    /// The header fields, in order.
    package var fields: Fields
    /// The body, after removal of the transfer coding.
    package var body: [UInt8]
    /// The address of the connection's peer, without the port.
    package var peer: String
    /// The trace that the request belongs to.
    package var trace: TraceContext
    /// When the first byte was read.
    package var receivedAt: Instant

    /// Creates a request.
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

    /// Rejects methods other than `allowed`; an endpoint for `GET` must list `HEAD` to accept it.
    package func requireMethod(_ allowed: Method...) throws(Refusal) {
        guard allowed.contains(method) else {
            throw .methodNotAllowed(allow: allowed.map(\.rawValue).joined(separator: ", "))
        }
    }
}

/// An endpoint, or the rest of one inside a wrapper.
package typealias Handler = @Sendable (Request) async throws(Refusal) -> Response
