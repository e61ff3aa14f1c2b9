internal import CCurl
package import EventLoop
internal import HTTP
internal import Kernel

/// An HTTP/1.1 client; its calls share a pool of persistent connections.
///
/// Certificates are always verified. Redirects are not followed, no proxy is used, and nothing is read from the
/// environment. A call that is not idempotent is sent once; an idempotent one is sent again if a persistent connection
/// turns out to be dead before any response.
@Loop
package final class HTTPClient {
    private let multi: MultiHandle
    private let allowsPlain: Bool
    private let caFile: String?

    /// Creates a client without connections.
    ///
    /// - Parameters:
    ///   - allowsPlain: whether `http://` may be used for hosts other than this machine.
    ///   - caFile: certificates to trust instead of the system's, in PEM.
    ///   - connectionsPerHost: the maximum connections to one host; further calls wait for a free one.
    ///   - connections: the maximum connections in total.
    package init(
        allowsPlain: Bool = false, caFile: String? = nil, connectionsPerHost: Int = 8, connections: Int = 32
    ) {
        multi = MultiHandle(connectionsPerHost: connectionsPerHost, connections: connections)
        self.allowsPlain = allowsPlain
        self.caFile = caFile
    }

    /// Sends a request and returns the complete response, whatever its status.
    ///
    /// - Throws: why there is no response; cancelling the task closes the connection at once.
    package func send(_ call: HTTPCall) async throws(OutboundFault) -> HTTPAnswer {
        guard permits(call) else { throw .refusedByPolicy }
        var call = call
        if call.continuesTrace, let parent = TraceContext.current.traceparent { call.fields.set("traceparent", parent) }
        let exchange = HTTPExchange(call)
        let transfer = Transfer(exchange)
        transfer.easy.setPolicy(
            protocols: "http,https", caFile: caFile, connectTimeout: call.connectTimeout,
            totalTimeout: call.totalTimeout)
        transfer.easy.setCall(call)
        guard transfer.easy.isUsable else { throw .refusedByPolicy }
        let end = await multi.run(transfer, limit: call.totalTimeout)
        defer { multi.remove(transfer) }
        return try exchange.answer(end, status: transfer.easy.responseCode)
    }

    /// Returns whether the call is allowed; user names in URLs and fields that could corrupt the request are not.
    private func permits(_ call: HTTPCall) -> Bool {
        guard let url = URLParts(call.url), url.user == nil, url.password == nil,
            call.fields.lines.allSatisfy({ isFieldName($0.name) })
        else { return false }
        switch url.scheme {
        case "https": return true
        case "http": return allowsPlain || url.isLoopback
        default: return false
        }
    }
}

/// Returns whether `name` is a token (RFC 9110 section 5.6.2).
private func isFieldName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy(Token.allows)
}
