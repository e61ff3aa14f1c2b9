internal import EventLoop
internal import HTTP
internal import Kernel
internal import Log

/// One client connection: reads a request, runs the handler and writes the response, one request at a time, in order.
///
/// While a request runs, reading pauses as soon as more bytes arrive, so a client can queue no more than one read and
/// the kernel's buffers. Pausing earlier would cost each request four system calls, and most clients wait for the
/// response.
@Loop
final class Connection {
    /// The state of the connection.
    private enum Phase { case idle, reading, running, closing }

    private let stream: TCPStream
    private let server: Server
    private let parser: RequestParser
    private let timer = Timer()
    private var phase = Phase.idle
    /// Bytes received beyond the current request, and how many of them have been parsed.
    private var pending: [UInt8] = []
    private var pendingRead = 0
    /// The bytes of the current request's body that are held.
    private(set) var buffered = 0
    private var hasUnfinishedBody = false
    private var knownCaller: [UInt8]?
    /// The position among the server's connections by the time of the last progress: of the connection's acceptance,
    /// its last response, the end of a header, or a piece of a body.
    private(set) var lastProgress = 0
    /// Whether a request has been answered.
    private(set) var hasServed = false
    private var work: Task<Void, Never>?
    private var requestNumber = 0
    private var receivedAt = Instant(microseconds: 0)

    init(_ stream: TCPStream, server: Server) {
        self.stream = stream
        self.server = server
        parser = RequestParser(limits: server.limits)
        stream.onBytes = { [unowned self] bytes in received(bytes) }
        stream.onEnd = { [unowned self] in ended() }
        stream.onClose = { [self] in closed() }
        waitForRequest()
        stream.startReading()
    }

    /// Closes an idle connection now, and a busy one after its response.
    func drain() {
        if phase == .idle { stream.close() }
    }

    /// Closes the connection in any state.
    func abort() { stream.close() }

    /// The peer's numeric address.
    var peer: String { stream.peer }
    /// The client that an unfinished body counts against; found only when it is asked for, because few bodies are
    /// unfinished at a time.
    var caller: [UInt8] {
        if let knownCaller { return knownCaller }
        let address = parser.head.fields.clientAddress(peer: peer, trustedHops: server.trustedHops)
        let caller = IPAddress(address)?.caller ?? Array(address.utf8)
        knownCaller = caller
        return caller
    }
    /// Whether no request is being processed: the connection may be closed in favor of another.
    var isWaiting: Bool { phase != .running }

    /// Closes a waiting connection without a response.
    func evict() {
        endBody()
        phase = .closing
        stream.close()
    }

    private func waitForRequest() {
        phase = .idle
        lastProgress = server.nextProgress()
        timer.set(after: server.limits.idleTime) { [weak self] in self?.stream.close() }
    }

    private func received(_ bytes: borrowing Span<UInt8>) {
        switch phase {
        case .idle, .reading:
            let consumed = parse(bytes)
            if phase == .running { keep(bytes.extracting(consumed...)) }
        case .running: keep(bytes)
        case .closing: break
        }
    }

    /// Buffers bytes received beyond the running request, and pauses reading.
    private func keep(_ bytes: borrowing Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        pending.reserveCapacity(pending.count + bytes.count)
        for index in bytes.indices { pending.append(bytes[index]) }
        stream.stopReading()
    }

    /// Parses bytes of the current message, acts on the result, and returns the number of bytes consumed.
    private func parse(_ bytes: borrowing Span<UInt8>) -> Int {
        let hadHead = parser.hasHead
        let consumed = parser.read(bytes)
        if phase == .idle, parser.hasBegun {
            phase = .reading
            receivedAt = server.clock.now()
            if parser.state == .reading { headIsComing() }
        }
        switch parser.state {
        case .reading:
            if parser.hasHead { bodyIsComing(isNew: !hadHead) }
        case .complete:
            endBody()
            if holdBody() { run() } else { reject(.overloaded) }
        case .failed(let fault): reject(fault)
        }
        return consumed
    }

    /// Starts the header deadline; part of a request has arrived.
    private func headIsComing() {
        timer.set(after: server.limits.headerTime) { [weak self] in self?.reject(.timedOut) }
    }

    /// Starts the body deadline and reserves memory; the header is complete, the body is not.
    private func bodyIsComing(isNew: Bool) {
        lastProgress = server.nextProgress()
        if isNew {
            hasUnfinishedBody = true
            server.bodyBegins(on: self)
        }
        guard holdBody() else { return reject(.overloaded) }
        guard isNew else { return }
        watchBody()
        if parser.wantsContinue, parser.body.isEmpty {
            parser.wantsContinue = false
            stream.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
    }

    /// Rejects the body unless it has ended, or enough of it arrived, when the deadline is reached; then sets the next.
    private func watchBody() {
        let (start, limits) = (parser.body.count, server.limits)
        timer.set(after: limits.bodyTime) { [weak self] in
            guard let self else { return }
            guard parser.body.count - start >= limits.leastProgress else { return reject(.timedOut) }
            watchBody()
        }
    }

    /// Ends the count of an unfinished body.
    private func endBody() {
        guard hasUnfinishedBody else { return }
        (hasUnfinishedBody, knownCaller) = (false, nil)
        server.bodyEnded(on: self)
    }

    /// Counts the bytes of the body that are held; returns whether there was room for them, or could be made.
    private func holdBody() -> Bool {
        hold(parser.body.count)
        return server.bufferedBytes <= server.limits.bufferedBytes || server.makesRoom(for: self)
    }

    private func hold(_ bytes: Int) {
        server.bufferedBytes += bytes - buffered
        buffered = bytes
    }

    /// Refuses an unfinished body in favor of others.
    func refuseBody() { reject(.overloaded) }

    private func run() {
        phase = .running
        requestNumber += 1
        let number = requestNumber
        let request = makeRequest()
        let keepsAlive = parser.keepsAlive
        timer.set(after: server.limits.requestTime) { [weak self] in self?.isLate(request, number) }
        work = Loop.start { [self] in
            let response = await TraceContext.$current.withValue(request.trace) {
                await server.answer(request)
            }
            finish(request, response, number, keepsAlive: keepsAlive)
        }
    }

    private func makeRequest() -> Request {
        let head = parser.head
        return Request(
            method: Method(rawValue: head.method) ?? .get, path: head.path, query: head.query, fields: head.fields,
            body: parser.takeBody(), peer: stream.peer, trace: TraceContext(head.fields), receivedAt: receivedAt)
    }

    /// Responds to a request after its handler exceeded the time limit; cancels the handler and drops its result.
    private func isLate(_ request: Request, _ number: Int) {
        work?.cancel()
        let response = Refusal.unavailable(retryAfterSeconds: 1).response
        finish(request, response, number, keepsAlive: false, isLate: true)
    }

    private func finish(_ request: Request, _ response: Response, _ number: Int, keepsAlive: Bool, isLate: Bool = false)
    {
        guard number == requestNumber else { return }
        requestNumber += 1
        hasServed = true
        let latency = server.clock.now() - request.receivedAt
        guard phase == .running else { return server.requestLog.write(.abandoned, request, response, after: latency) }
        work = nil
        hold(0)
        let isHead = request.method == .head
        let keepsAlive = keepsAlive && !server.isDraining && !server.writer.isMisframed(response, isHead: isHead)
        server.requestLog.write(isLate ? .late : .answered, request, response, after: latency)
        send(response, to: request.fields, isHead: isHead, keepsAlive: keepsAlive)
    }

    /// Sends `response` to the request with these header fields.
    private func send(_ response: Response, to fields: Fields, isHead: Bool, keepsAlive: Bool) {
        let response = response.withBrowserRules(isOverTLS: fields.sayTLS)
        let bytes = server.writer.bytes(response, isHead: isHead, keepsAlive: keepsAlive, at: server.clock.now())
        var isSent = false
        stream.write(bytes) { [self] succeeded in
            isSent = true
            guard succeeded else { return }
            if keepsAlive { next() } else { linger() }
        }
        // Most responses fit in the kernel's buffer and have been sent by now.
        if !isSent { timer.set(after: server.limits.sendTime) { [weak self] in self?.stream.close() } }
    }

    /// Starts the next request, which may have arrived already.
    private func next() {
        parser.reset()
        waitForRequest()
        readPending()
        if phase == .idle, server.isDraining { return stream.close() }
        if phase == .idle || phase == .reading { stream.startReading() }
    }

    private func readPending() {
        let bytes = pending
        pendingRead += parse(bytes.span.extracting(pendingRead...))
        if phase != .running || pendingRead >= bytes.count { (pending, pendingRead) = ([], 0) }
    }

    private func reject(_ fault: RequestFault) {
        guard phase == .idle || phase == .reading else { return }
        server.requestLog.reject(fault, peer: stream.peer, trace: TraceContext(parser.head.fields))
        phase = .running
        stream.stopReading()
        _ = parser.takeBody()
        endBody()
        hold(0)
        send(fault.response, to: parser.head.fields, isHead: parser.isHead, keepsAlive: false)
    }

    /// Closes in a way that lets the peer read the response: closing with unread bytes would reset the connection and
    /// discard the response (RFC 9112 section 9.6).
    private func linger() {
        phase = .closing
        (pending, pendingRead) = ([], 0)
        stream.shutdown()
        timer.set(after: .seconds(2)) { [weak self] in self?.stream.close() }
        stream.startReading()
    }

    private func ended() {
        switch phase {
        case .idle, .reading, .closing: stream.close()
        case .running: break
        }
    }

    private func closed() {
        timer.close()
        work?.cancel()
        endBody()
        hold(0)
        phase = .closing
        server.forget(self)
    }
}
