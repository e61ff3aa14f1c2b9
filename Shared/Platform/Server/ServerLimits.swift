/// What one caller may take of the process; everything that can grow has a bound here.
package struct ServerLimits: Sendable {
    /// Bytes of the request target (414 beyond).
    package var targetBytes = 8 * 1024
    /// Bytes of all header fields and the target together, trailers and chunk extensions included (431 beyond).
    package var headerBytes = 16 * 1024
    /// Header fields in one request (431 beyond).
    package var headerCount = 100
    /// Bytes of one body (413 beyond).
    package var bodyBytes = 1024 * 1024
    /// Bytes of all bodies held at once (503 beyond).
    package var bufferedBytes = 64 * 1024 * 1024
    /// Open connections; one more is closed at once.
    package var connections = 1_000
    /// From a request's first byte to the end of its header (408 beyond).
    package var headerTime: Duration = .seconds(10)
    /// From the end of the header to the end of the body (408 beyond).
    package var bodyTime: Duration = .seconds(30)
    /// From the end of the request to the answer (503 beyond).
    package var requestTime: Duration = .seconds(30)
    /// How long a connection may rest between requests: longer than Google's load balancer keeps its own end open
    /// (600 s), so that it is never us who closes under a request on its way.
    ///
    /// Source: <https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries>
    package var idleTime: Duration = .seconds(620)
    /// From SIGTERM to the end of the process; Cloud Run waits 10 s before it kills.
    package var drainTime: Duration = .seconds(9)

    /// The limits of production.
    package init() {}
}
