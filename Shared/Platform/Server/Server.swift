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
    /// The number of connections of each peer.
    private var peers: [String: Int] = [:]
    /// The connections whose request's header has been read, but not all of its body.
    private var unfinished: [ObjectIdentifier: Connection] = [:]
    private var progress = 0
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
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        let left = peers[connection.peer, default: 1] - 1
        peers[connection.peer] = left > 0 ? left : nil
        if connections.isEmpty { drained?.settle(.success(())) }
    }

    private func accepted(_ stream: TCPStream) {
        guard hasRoom(for: stream.peer) else { return stream.close() }
        let connection = Connection(stream, server: self)
        connections[ObjectIdentifier(connection)] = connection
        peers[stream.peer, default: 0] += 1
    }
}

// A client that opens connections and leaves its requests unfinished takes room from itself, not from others.
extension Server {
    /// How many addresses at the right of `X-Forwarded-For` are our own proxies'.
    var trustedHops: Int { requestLog.trustedHops }

    /// Returns a number larger than any before.
    func nextProgress() -> Int {
        progress += 1
        return progress
    }

    /// Counts an unfinished body against its caller, and refuses one of the caller's others if there are too many.
    func bodyBegins(on connection: Connection) {
        unfinished[ObjectIdentifier(connection)] = connection
        guard unfinished.count > limits.bodiesPerCaller else { return }
        let others = unfinished.values.filter { $0 !== connection && $0.caller == connection.caller }
        guard others.count >= limits.bodiesPerCaller else { return }
        others.min { $0.lastProgress < $1.lastProgress }?.refuseBody()
    }

    /// Ends the count of an unfinished body.
    func bodyEnded(on connection: Connection) { unfinished[ObjectIdentifier(connection)] = nil }

    /// Refuses the largest unfinished bodies until the budget suffices; returns whether `connection` was spared.
    ///
    /// Of bodies of one size, the one that has been idle for longest goes first.
    func makesRoom(for connection: Connection) -> Bool {
        while bufferedBytes > limits.bufferedBytes {
            let next = unfinished.values.max { ($0.buffered, $1.lastProgress) < ($1.buffered, $0.lastProgress) }
            guard let next, next !== connection else { return false }
            next.refuseBody()
        }
        return true
    }

    /// Whether one more connection of `peer` may be opened, if necessary in place of another.
    ///
    /// A peer that exceeds its share loses one of its own connections. Peers that are our own proxies have no share,
    /// since all clients come through them. Without a waiting connection there is nothing to gain: the limits of
    /// requests apply to those that are processed.
    private func hasRoom(for peer: String) -> Bool {
        if trustedHops == 0, peers[peer, default: 0] >= limits.connectionsPerPeer { evictOne { $0.peer == peer } }
        if connections.count >= limits.connections { evictOne { _ in true } }
        return connections.count < limits.connections
    }

    /// Closes the waiting connection that has made no progress for longest, of those that never had a response first.
    private func evictOne(_ isCandidate: (Connection) -> Bool) {
        var victim: Connection?
        for connection in connections.values where connection.isWaiting && isCandidate(connection) {
            guard let best = victim else {
                victim = connection
                continue
            }
            if (connection.hasServed ? 1 : 0, connection.lastProgress) < (best.hasServed ? 1 : 0, best.lastProgress) {
                victim = connection
            }
        }
        guard let victim else { return }
        victim.evict()
        forget(victim)
    }
}
