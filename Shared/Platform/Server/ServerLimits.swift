/// Resource limits per connection and process; everything that can grow is bounded here.
package struct ServerLimits: Sendable {
    /// Maximum bytes of the request target (414 beyond).
    package var targetBytes = 8 * 1024
    /// Maximum bytes of the target and all header fields together, including trailers and chunk extensions (431
    /// beyond).
    package var headerBytes = 16 * 1024
    /// Maximum header fields in one request (431 beyond).
    package var headerCount = 100
    /// Maximum bytes of one body (413 beyond).
    package var bodyBytes = 1024 * 1024
    /// Maximum bytes of all bodies held at once (503 beyond).
    package var bufferedBytes = 64 * 1024 * 1024
    /// Maximum open connections; any more are closed at once.
    package var connections = 1_000
    /// Time from a request's first byte to the end of its header (408 beyond).
    package var headerTime: Duration = .seconds(10)
    /// Time from the end of the header to the end of the body (408 beyond).
    package var bodyTime: Duration = .seconds(30)
    /// Time from the end of the request to the response (503 beyond).
    package var requestTime: Duration = .seconds(30)
    /// How long a connection may idle between requests.
    ///
    /// Longer than Google's load balancer keeps its end open (600 s), so that we never close a connection while a
    /// request is on its way.
    ///
    /// Source: <https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries>
    package var idleTime: Duration = .seconds(620)
    /// Time from SIGTERM to the end of the process; Cloud Run kills after 10 s.
    package var drainTime: Duration = .seconds(9)

    /// Creates the production limits.
    package init() {}
}
