package import HTTP

/// A request to another server.
package struct HTTPCall: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The request's method.
    package var method: Method
    /// An absolute URL, already percent-encoded; it is sent as it is.
    package var url: String
    /// What to send besides `Host`, `Accept` and `Content-Length`.
    package var fields: Fields
    /// Whether the present task's trace is passed on.
    ///
    /// That is for Google's APIs, whose own traces then hang below the caller's; others have no use for it.
    package var continuesTrace: Bool
    /// What is sent behind the header.
    package var body: [UInt8]
    /// The limit on name resolution, connection and TLS together.
    package var connectTimeout: Duration
    /// The limit on everything, waiting for a free connection included.
    package var totalTimeout: Duration
    /// The longest answer that is read, in bytes.
    package var maxAnswerBytes: Int

    /// Takes the parts as they are.
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

    /// The method and the host; paths, queries, fields and bodies hold secrets.
    package var description: String { "\(method.rawValue) \(URLParts(url)?.host ?? "?")" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether sending it twice does what sending it once does (RFC 9110 section 9.2.2).
    var isRepeatable: Bool {
        switch method {
        case .get, .head, .put, .delete, .options: true
        case .post, .patch: fields["Idempotency-Key"] != nil
        }
    }
}

/// What another server answered.
package struct HTTPAnswer: Equatable, Sendable {
    /// The answer's status code.
    package var status: Int
    /// The answer's header fields.
    package var fields: Fields
    /// The answer's body, whole.
    package var body: [UInt8]

    /// Takes the parts as they are.
    package init(status: Int, fields: Fields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
