internal import CCurl
package import EventLoop
package import Kernel

/// Delivers mail to one SMTP server; sessions are kept open for later mails.
@Loop
package final class SMTPClient {
    private let multi: MultiHandle
    private let server: SMTPServer
    private let caFile: String?
    private let connectTimeout: Duration
    private let totalTimeout: Duration
    /// Idle sessions, the most recently used last.
    private var idle: [SMTPSession] = []
    private let idleTimer = Timer()

    /// How long a session may stay idle; servers wait for minutes (RFC 5321 section 4.5.3.2).
    private static let idleLimit = Duration.seconds(30)
    /// The maximum number of idle sessions.
    ///
    /// It serves a burst of mails without tying up more of the server: opening one takes a connection, TLS and a login,
    /// many times the work of the mail itself.
    private static let idleCount = 8

    /// Creates a client that is not connected.
    ///
    /// - Parameters:
    ///   - connectTimeout: the limit on everything up to the login.
    ///   - totalTimeout: the limit on one delivery.
    ///   - caFile: certificates to trust instead of the system's, in PEM.
    package init(
        _ server: SMTPServer, connectTimeout: Duration = .seconds(10), totalTimeout: Duration = .seconds(30),
        caFile: String? = nil
    ) {
        multi = MultiHandle(connectionsPerHost: 0, connections: 0)
        self.server = server
        self.caFile = caFile
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
    }

    isolated deinit {
        idleTimer.close()
        for session in idle { session.close() }
    }

    /// Delivers one mail; when this returns, the server has accepted it.
    ///
    /// - Throws: why it was not accepted, or may not have been.
    package func deliver(_ envelope: SMTPEnvelope) async throws(SMTPFault) {
        let deadline = ContinuousClock.now + totalTimeout
        while let session = takeIdle() { if try await deliver(envelope, over: session, by: deadline) { return } }
        let domain = envelope.sender.text.drop { $0 != "@" }.dropFirst()
        let session = try await SMTPSession.open(
            multi, server, as: domain, caFile: caFile, connectTimeout: connectTimeout, totalTimeout: totalTimeout)
        try await attempt(envelope, over: session, by: deadline)
    }

    /// Connects and logs in as if to send a mail from `sender`, then quits.
    ///
    /// - Throws: why mail could not be delivered.
    package func check(as sender: EmailAddress) async throws(SMTPFault) {
        let domain = sender.text.drop { $0 != "@" }.dropFirst()
        let session = try await SMTPSession.open(
            multi, server, as: domain, caFile: caFile, connectTimeout: connectTimeout, totalTimeout: totalTimeout)
        session.close()
    }

    /// Tries a kept session; returns `false` if the server had closed it, which says nothing about the mail.
    private func deliver(
        _ envelope: SMTPEnvelope, over session: SMTPSession, by deadline: ContinuousClock.Instant
    ) async throws(SMTPFault) -> Bool {
        do {
            try await attempt(envelope, over: session, by: deadline)
            return true
        } catch {
            let isStale = error == .transient(.dropped) || error == .transient(.reply(421))
            guard isStale && session.hasHeardNothing else { throw error }
            return false
        }
    }

    private func attempt(
        _ envelope: SMTPEnvelope, over session: SMTPSession, by deadline: ContinuousClock.Instant
    ) async throws(SMTPFault) {
        let timer = Timer()
        defer { timer.close() }
        timer.set(after: deadline - .now) { session.fail(.transient(.timedOut)) }
        try await session.deliver(envelope)
        keep(session)
    }

    private func takeIdle() -> SMTPSession? {
        while let session = idle.popLast() { if session.isOpen { return session } }
        return nil
    }

    /// Keeps an idle session for a while, unless enough are kept.
    private func keep(_ session: SMTPSession) {
        guard session.isOpen else { return }
        guard idle.count < SMTPClient.idleCount else { return session.close() }
        idle.append(session)
        idleTimer.set(after: SMTPClient.idleLimit) { [weak self] in self?.closeIdle() }
    }

    private func closeIdle() {
        for session in idle { session.close() }
        idle = []
    }
}
