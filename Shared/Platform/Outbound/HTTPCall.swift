package import HTTP

/// A request to another server.
package struct HTTPCall: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The request's method.
    package var method: Method
    /// An absolute, percent-encoded URL, sent unchanged.
    package var url: String
    /// The fields to send in addition to `Host`, `Accept` and `Content-Length`.
    package var fields: Fields
    /// Whether the current task's trace is propagated.
    ///
    /// Used for Google's APIs, whose traces then become children of ours; other services do not use it.
    package var continuesTrace: Bool
    /// The body.
    package var body: [UInt8]
    /// The limit on name resolution, connection and TLS together.
    package var connectTimeout: Duration
    /// The limit on the whole call, including the wait for a free connection.
    package var totalTimeout: Duration
    /// The maximum length of a response, in bytes.
    package var maxAnswerBytes: Int

    /// Creates a call.
    package init(
        _ method: Method = .get, _ url: String, fields: Fields = [:], body: [UInt8] = [],
        connectTimeout: Duration = .seconds(5), totalTimeout: Duration = .seconds(20), maxAnswerBytes: Int = 1 << 20,
        continuesTrace: Bool = false
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.maxAnswerBytes = maxAnswerBytes
        self.continuesTrace = continuesTrace
    }

    /// The method and the host; paths, queries, fields and bodies contain secrets.
    package var description: String { "\(method.rawValue) \(URLParts(url)?.host ?? "?")" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether the request is idempotent (RFC 9110 section 9.2.2).
    var isRepeatable: Bool {
        switch method {
        case .get, .head, .put, .delete, .options: true
        case .post, .patch: fields["Idempotency-Key"] != nil
        }
    }
}

/// A response from another server.
package struct HTTPAnswer: Equatable, Sendable {
    /// The status code.
    package var status: Int
    /// The header fields.
    package var fields: Fields
    /// The complete body.
    package var body: [UInt8]

    /// Creates a response.
    package init(status: Int, fields: Fields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
