import EventLoop

extension Connection {
    /// Opens a connection without blocking the loop.
    ///
    /// - Throws: `.notConfigured`, or `.couldNotConnect` with libpq's reason.
    package static func open(_ settings: DatabaseSettings) async throws(PostgresFault) -> Connection {
        var parameters = try ConnectionParameters(settings)
        try await parameters.resolve()
        guard let handle = ConnectionHandle(parameters.keywords) else { throw .couldNotConnect("out of memory") }
        try await connect(handle, within: settings.connectTime)
        guard handle.enterPipelineMode(), let watcher = SocketWatcher(descriptor: handle.socket) else {
            throw .couldNotConnect("the socket cannot be watched")
        }
        return Connection(handle, watcher, statementTime: settings.statementTime)
    }

    /// Drives libpq's handshake: libpq says what to wait for, and its socket may change between steps.
    private static func connect(
        _ handle: borrowing ConnectionHandle, within limit: Duration
    ) async throws(PostgresFault) {
        let deadline = Timer()
        defer { deadline.close() }
        let clock = Deadline()
        deadline.set(after: limit) { clock.pass() }
        var awaited: SocketWatcher.Events = [.writable]
        while true {
            guard let watcher = SocketWatcher(descriptor: handle.socket) else {
                throw .couldNotConnect(handle.errorLine)
            }
            let step = Outcome<Void, PostgresFault>()
            clock.step = step
            watcher.watch(awaited) { _ in step.settle(.success(())) }
            defer { watcher.close() }
            try await step.value { step.settle(.failure(.cancelled)) }
            switch handle.connectPoll() {
            case .reading: awaited = [.readable]
            case .writing: awaited = [.writable]
            case .connected: return
            case .failed: throw .couldNotConnect(handle.errorLine)
            }
        }
    }
}

/// Aborts the current handshake step at the deadline.
@Loop
private final class Deadline {
    var step: Outcome<Void, PostgresFault>? {
        didSet { if hasPassed { pass() } }
    }
    private var hasPassed = false

    func pass() {
        hasPassed = true
        step?.settle(.failure(.couldNotConnect("no answer in time")))
    }
}
