internal import HTTP
import JSON
internal import Kernel
package import Log

/// The outcome of a request, as logged.
enum RequestOutcome: String {
    /// A response was sent: the result, or a refusal.
    case answered
    /// The handler failed.
    case failed
    /// The handler exceeded its time limit.
    case late
    /// The connection was closed before the response, for example at the end of the drain time.
    case abandoned
    /// The message was rejected before it reached a handler.
    case rejected
}

/// Writes one line per request, in Cloud Logging's `httpRequest` form.
///
/// Paths carry tokens and session IDs, so a line names the route's pattern, never the path; the query is omitted, and
/// the client's address is reduced to its network.
/// Source: <https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest>
package struct RequestLog: Sendable {
    /// The health checks that every server handles: `Server.answer`.
    private static let probes = ["/healthz", "/health", "/readyz", "/ready"]

    private let log: Log
    private let routes: [PathPattern]
    let trustedHops: Int

    /// Creates a log of requests to `routes` such as `/download/{token}`.
    package init(_ log: Log, routes: [String], trustedHops: Int) {
        self.log = log
        self.routes = routes.map(PathPattern.init)
        self.trustedHops = trustedHops
    }

    /// Logs a request that a handler finished or ran out of time for.
    ///
    /// Errors are grouped by their message, which names the route and the status.
    func write(_ end: RequestOutcome, _ request: Request, _ response: Response, after latency: Duration) {
        let isProbe = RequestLog.probes.contains(request.path)
        let isFailure = response.status >= 500
        let route = isProbe ? request.path : pattern(request.path)
        let network = network(of: request.clientAddress(trustedHops: trustedHops))
        var details: [(String, JSONValue)] = [
            ("requestMethod", .own(request.method.rawValue)), ("requestUrl", .own(route)),
            ("status", .integer(Int64(response.status))), ("latency", .own(seconds(latency))),
            ("requestSize", .own(String(request.body.count))),
            ("responseSize", .own(String(response.body.count))), ("remoteIp", .own(network)),
        ]
        if let agent = request.fields["user-agent"] {
            details.append(("userAgent", .string(agent.utf8.count <= 200 ? agent : String(agent.prefix(200)))))
        }
        let outcome = end == .answered && isFailure ? .failed : end
        var fields = [("httpRequest", JSONValue.object(details)), ("outcome", .own(outcome.rawValue))]
        if isFailure { fields.append(("context", errorContext(request.method, route, response.status))) }
        log(
            LogLine(
                isFailure ? .error : isProbe ? .debug : .info,
                "\(request.method.rawValue) \(route) \(response.status)", fields, trace: request.trace))
    }

    /// Logs a message that was rejected before it became a request.
    func reject(_ fault: RequestFault, peer: String, trace: TraceContext) {
        let problem = fault.problem
        let details: [(String, JSONValue)] = [
            ("status", .integer(Int64(problem.status))), ("remoteIp", .string(network(of: peer))),
        ]
        log(
            LogLine(
                .warning, "request rejected: \(problem.title)",
                [
                    ("httpRequest", .object(details)), ("detail", .string(problem.detail)),
                    ("outcome", .own(RequestOutcome.rejected.rawValue)),
                ], trace: trace))
    }

    /// Returns the request as Error Reporting shows it beside an error.
    ///
    /// Source: <https://cloud.google.com/error-reporting/reference/rest/v1beta1/ErrorContext#HttpRequestContext>
    private func errorContext(_ method: Method, _ route: String, _ status: Int) -> JSONValue {
        .object([
            (
                "httpRequest",
                .object([
                    ("method", .own(method.rawValue)), ("url", .own(route)),
                    ("responseStatusCode", .integer(Int64(status))),
                ])
            )
        ])
    }

    private func pattern(_ path: String) -> String {
        routes.first { $0.matches(path) }?.description ?? "(no route)"
    }

    /// Returns a duration in the JSON form of Google's APIs: `0.001234s`.
    private func seconds(_ duration: Duration) -> String {
        let microseconds = max(0, duration.wholeMicroseconds)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(15)
        bytes.append(decimal: microseconds / 1_000_000)
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimal: microseconds % 1_000_000, width: 6)
        bytes.append(UInt8(ascii: "s"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Returns the network of an address, which is all a log keeps of it.
private func network(of address: String) -> String { IPAddress(address)?.network ?? "unknown" }
