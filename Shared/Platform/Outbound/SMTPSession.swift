internal import CCurl
internal import EventLoop
internal import Kernel

/// A connection to a mail server, greeted, secured and logged in, ready for one mail after another.
///
/// libcurl makes the connection: name, TCP, greeting, EHLO, STARTTLS, AUTH. It stops there (`CONNECT_ONLY`), and our
/// own dialogue sends the mail over its socket: libcurl's would block until the server replies to a mail, and to QUIT,
/// and stop the loop for as long as the server likes.
@Loop
final class SMTPSession {
    private let multi: MultiHandle
    private let transfer: Transfer
    private let watcher: SocketWatcher
    private var dialogue: SMTPDialogue?
    private var outcome = Outcome<Void, SMTPFault>()
    private var output: [UInt8] = []
    private var sent = 0

    /// Whether the latest mail was lost before the server replied to MAIL.
    private(set) var hasHeardNothing = true

    /// Whether another mail can be sent.
    private(set) var isOpen = true

    private init(_ multi: MultiHandle, _ transfer: Transfer, _ watcher: SocketWatcher) {
        self.multi = multi
        self.transfer = transfer
        self.watcher = watcher
        watch()
    }

    /// Connects and logs in.
    static func open(
        _ multi: MultiHandle, _ server: SMTPServer, as domain: Substring, caFile: String?, connectTimeout: Duration,
        totalTimeout: Duration
    ) async throws(SMTPFault) -> SMTPSession {
        let transfer = Transfer()
        transfer.easy.setPolicy(
            protocols: "smtp,smtps", caFile: caFile, connectTimeout: connectTimeout, totalTimeout: totalTimeout)
        transfer.easy.setServer(server, domain: domain)
        guard transfer.easy.isUsable else { throw .misconfigured(code: nil) }
        let end = await multi.run(transfer, limit: totalTimeout)
        if let fault = openingFault(end, transfer.easy.responseCode, isLoginNeeded: server.credentials != nil) {
            multi.remove(transfer)
            throw fault
        }
        guard let socket = transfer.easy.socket, let watcher = SocketWatcher(descriptor: socket) else {
            multi.remove(transfer)
            throw .transient(.dropped)
        }
        return SMTPSession(multi, transfer, watcher)
    }

    /// Sends one mail; a fault closes the session.
    func deliver(_ envelope: SMTPEnvelope) async throws(SMTPFault) {
        let dialogue = SMTPDialogue(envelope)
        let outcome = Outcome<Void, SMTPFault>()
        self.outcome = outcome
        self.dialogue = dialogue
        hasHeardNothing = true
        send(dialogue.opening)
        try await outcome.value { self.fail(.transient(.cancelled)) }
    }

    /// Aborts the delivery in progress.
    func fail(_ fault: SMTPFault) {
        close()
        outcome.settle(.failure(fault))
    }

    /// Sends QUIT without waiting for the reply, and closes the connection.
    func close() {
        guard isOpen else { return }
        isOpen = false
        if dialogue == nil { bidFarewell() }
        dialogue = nil
        watcher.close()
        multi.remove(transfer)
    }

    /// Sends QUIT; a lost connection is no fault here, because the server is already gone.
    private func bidFarewell() { _ = try? transfer.easy.send(Array("QUIT\r\n".utf8), from: 0) }

    private func send(_ bytes: [UInt8]) {
        (output, sent) = (bytes, 0)
        advance()
    }

    private func watch() {
        watcher.watch(sent < output.count ? [.readable, .writable] : .readable) { [weak self] _ in self?.advance() }
    }

    /// Writes and reads as much as possible without blocking.
    private func advance() {
        do {
            while isOpen, sent < output.count {
                let count = try transfer.easy.send(output, from: sent)
                guard count > 0 else { break }
                sent += count
            }
            while isOpen, let bytes = try transfer.easy.receive() { take(bytes) }
        } catch { fail(.transient(.dropped)) }
        if isOpen { watch() }
    }

    private func take(_ bytes: [UInt8]) {
        // A server that sends while no mail is in progress is closing the connection.
        guard let step = dialogue?.receive(bytes) else { return close() }
        hasHeardNothing = dialogue?.isAtStart ?? false
        switch step {
        case .wait: return
        // Acceptance before the server has received everything does not count.
        case .send where sent < output.count, .taken where sent < output.count: fail(.transient(.dropped))
        case .send(let bytes): (output, sent) = (bytes, 0)
        case .taken:
            dialogue = nil
            outcome.settle(.success(()))
        case .failed(let fault):
            // The dialogue is over, so QUIT may be sent.
            dialogue = nil
            fail(fault)
        }
    }
}
