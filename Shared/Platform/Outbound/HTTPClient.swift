internal import CCurl
package import EventLoop
internal import HTTP
internal import Kernel

/// Makes HTTP/1.1 calls to other servers; connections are kept and shared by all calls of one client.
///
/// Certificates are always checked. Redirects are answers like any other, no proxy is used, and nothing is taken from
/// the environment. A call that is not repeatable is sent once; a repeatable one is sent again when a kept connection
/// turns out to be dead before any answer.
@Loop
package final class HTTPClient {
    private let multi: MultiHandle
    private let allowsPlain: Bool
    private let caFile: String?

    /// A client with no connections yet.
    ///
    /// - Parameters:
    ///   - allowsPlain: whether `http://` may go to other hosts than this machine.
    ///   - caFile: certificates to trust instead of the system's, in PEM.
    ///   - connectionsPerHost: how many connections one host gets; further calls wait for a free one.
    ///   - connections: how many connections there are in all.
    package init(
        allowsPlain: Bool = false, caFile: String? = nil, connectionsPerHost: Int = 8, connections: Int = 32
    ) {
        multi = MultiHandle(connectionsPerHost: connectionsPerHost, connections: connections)
        self.allowsPlain = allowsPlain
        self.caFile = caFile
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Throws: why there is no answer; a cancelled task closes the connection at once.
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

    /// Whether the call may be made at all; user names in URLs and fields that could break the request may not.
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

/// Whether `name` is a token, RFC 9110 section 5.6.2.
private func isFieldName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy(Token.allows)
}
