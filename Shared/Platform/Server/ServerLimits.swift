package import HTTP
internal import Kernel

/// Resource limits per connection and process; everything that can grow is bounded here.
package struct ServerLimits: Sendable {
    /// Maximum bytes of the request target (414 beyond).
    package var targetBytes = 8 * 1024
    /// Maximum bytes of the target and all header fields together, including trailers and chunk extensions (431
    /// beyond).
    package var headerBytes = 16 * 1024
    /// Maximum header fields in one request (431 beyond).
    package var headerCount = 100
    /// Maximum bytes of one body (413 beyond), on routes without a limit of their own.
    package var bodyBytes = 16 * 1024
    /// The routes with a limit of their own.
    package var bodyLimits: [BodyLimit] = []
    /// Maximum chunks of one body (413 beyond), besides one for each 64 bytes: each costs as much as many bytes.
    package var chunks = 1_024
    /// Maximum bytes of all bodies held at once; beyond it the largest unfinished body is refused (503).
    package var bufferedBytes = 64 * 1024 * 1024
    /// Maximum unfinished bodies of one caller; beyond it the one that has been idle for longest is refused (503).
    package var bodiesPerCaller = 8
    /// Maximum open connections; beyond it the one that has been idle, or reading a header, for longest is closed.
    package var connections = 1_000
    /// Maximum open connections of one peer, unless peers are our own proxies; beyond it one of its own is closed.
    package var connectionsPerPeer = 250
    /// Time from a request's first byte to the end of its header (408 beyond).
    package var headerTime: Duration = .seconds(5)
    /// Time in which a body must end, or `bodyRate` of it arrive, counted anew each time (408 beyond).
    package var bodyTime: Duration = .seconds(10)
    /// Minimum bytes a second of a body that takes longer than `bodyTime`.
    package var bodyRate = 64 * 1024
    /// Time from the end of the request to the response (503 beyond).
    package var requestTime: Duration = .seconds(30)
    /// Time in which the client must accept the response.
    package var sendTime: Duration = .seconds(30)
    /// How long a connection may idle between requests.
    ///
    /// Longer than Google's load balancer keeps its end open (600 s), so that we never close a connection while a
    /// request is on its way.
    ///
    /// Source: <https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries>
    package var idleTime: Duration = .seconds(620)
    /// Time from SIGTERM to the end of the process; Cloud Run kills after 10 s.
    package var drainTime: Duration = .seconds(9)

    /// Creates the production limits of a function whose routes in `bodyLimits` take larger bodies.
    package init(bodyLimits: [BodyLimit] = []) { self.bodyLimits = bodyLimits }

    /// The bytes of an unfinished body that must arrive within `bodyTime`.
    var leastProgress: Int { max(1, bodyRate * Int(bodyTime.wholeMicroseconds) / 1_000_000) }

    /// Returns the maximum bytes of a body sent to `path`.
    func bodyLimit(for path: String) -> Int { bodyLimits.first { $0.applies(to: path) }?.bytes ?? bodyBytes }
}
