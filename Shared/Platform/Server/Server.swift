package import EventLoop
package import HTTP
import JSON
package import Kernel

/// The listener, its connections and what they share.
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

    /// A server that answers with `handler`, and `/readyz` with what `isReady` says.
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

    /// Starts to listen and answers the port; the server lives from here until it is drained.
    ///
    /// - Throws: `SocketFault` when the port cannot be had.
    package func listen(host: String, port: Int) throws(SocketFault) -> Int {
        let listener = try TCPListener(host: host, port: port) { [self] stream in accepted(stream) }
        self.listener = listener
        return listener.port
    }

    /// Stops accepting, lets requests under way end, and comes back when every connection is closed or time is up.
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

    /// The answer to `request`, health checks included; a refusal becomes the problem that a program reads.
    ///
    /// Each check has a second name, because Cloud Run keeps paths that end in z to itself:
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
