package import EventLoop
package import HTTP
import JSON
package import Kernel

/// The listener, its connections and their shared state.
@Loop
package final class Server {
    let limits: ServerLimits
    let clock: WallClock
    let requestLog: RequestLog
    var writer = ResponseWriter()
    var bufferedBytes = 0
    private(set) var isDraining = false

    private let handler: Handler
    private let isReady: @Sendable () async -> Bool
    private var listener: TCPListener?
    private(set) var connections: [ObjectIdentifier: Connection] = [:]
    private var drained: Outcome<Void, Never>?

    /// Creates a server for `handler`; `/readyz` returns the result of `isReady`.
    package nonisolated init(
        limits: ServerLimits = ServerLimits(), clock: WallClock = .system, requestLog: RequestLog,
        isReady: @escaping @Sendable () async -> Bool, handler: @escaping Handler
    ) {
        self.limits = limits
        self.clock = clock
        self.requestLog = requestLog
        self.isReady = isReady
        self.handler = handler
    }

    /// Starts listening and returns the port; the server stays alive until it is drained.
    ///
    /// - Throws: `SocketFault` if it cannot listen on the port.
    package func listen(host: String, port: Int) throws(SocketFault) -> Int {
        let listener = try TCPListener(host: host, port: port) { [self] stream in accepted(stream) }
        self.listener = listener
        return listener.port
    }

    /// Stops accepting and drains requests in progress; returns when all connections are closed or the time is up.
    package func drain() async {
        isDraining = true
        listener?.close()
        listener = nil
        for connection in connections.values { connection.drain() }
        guard !connections.isEmpty else { return }
        let outcome = Outcome<Void, Never>()
        drained = outcome
        let timer = Timer()
        timer.set(after: limits.drainTime) { [self] in for connection in connections.values { connection.abort() } }
        await outcome.value()
        timer.close()
    }

    /// Returns the response to `request`, health checks included; a refusal becomes a problem document.
    ///
    /// Each check has a second name, because Cloud Run reserves paths that end in z:
    /// <https://cloud.google.com/run/docs/known-issues#ah>.
    func answer(_ request: Request) async -> Response {
        switch request.path {
        case "/healthz", "/health": return Response.json(.object([("status", "ok")]))
        case "/readyz", "/ready":
            if await isReady() { return Response.json(.object([("status", "ready")])) }
            return Refusal.unavailable(retryAfterSeconds: 1).response
        default: break
        }
        do {
            return try await handler(request)
        } catch {
            return error.response
        }
    }

    func forget(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { drained?.settle(.success(())) }
    }

    private func accepted(_ stream: TCPStream) {
        guard connections.count < limits.connections else { return stream.close() }
        let connection = Connection(stream, server: self)
        connections[ObjectIdentifier(connection)] = connection
    }
}
