internal import CLLHTTP
internal import HTTP

/// The HTTP/1.1 parser of one connection: bytes in, one complete request at a time out.
///
/// llhttp implements the grammar; the further requirements of RFC 9110 and 9112 are in `RequestHead`. Parsing stops
/// after each message, so that pipelined requests stay queued as bytes. All of llhttp's lenient flags stay off.
@safe
final class RequestParser {
    /// The state of the current message.
    enum State: Equatable {
        case reading
        case complete
        case failed(RequestFault)
    }

    private(set) var state = State.reading
    /// Whether a byte of the current message has arrived, not counting empty lines before it.
    var hasBegun: Bool { line.hasBegun }
    /// Whether the current message is known to request no body.
    var isHead: Bool { line.method == RequestParser.head }
    /// Whether the header is complete and valid.
    private(set) var hasHead = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    var wantsContinue = false
    private(set) var head = RequestHead()
    private(set) var body: [UInt8] = []

    private let limits: ServerLimits
    private let parser: UnsafeMutablePointer<llhttp_t>
    private var line = RequestLine()
    private var whitespace = Whitespace.ordinary
    private var headerBytes = 0
    private var isLastChunk = false
    private var chunks = 0
    /// The maximum size of the current message's body.
    private var bodyLimit = 0
    /// The number of field lines, including the trailer's.
    private var lines = 0

    init(limits: ServerLimits) {
        self.limits = limits
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: llhttp_t())
        unsafe llhttp_init(parser, HTTP_REQUEST, callbacks)
        unsafe parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { unsafe parser.deallocate() }

    /// Whether the connection may carry another request after this one.
    var keepsAlive: Bool { unsafe head.keepsAlive && llhttp_should_keep_alive(parser) == 1 }

    /// Parses `bytes` up to the end of the current message; returns the number of bytes consumed.
    func read(_ bytes: borrowing Span<UInt8>) -> Int {
        guard state == .reading else { return 0 }
        var start = 0
        if !line.hasMethod {
            do { start = try line.readMethod(bytes) } catch {
                state = .failed(error)
                return bytes.count
            }
            guard line.hasMethod else { return start }
            _ = parse((line.method + [UInt8(ascii: " ")]).span)
        }
        let (sound, fault) = line.readName(bytes, from: start)
        let read = parse(bytes.extracting(start..<sound))
        if let fault, state == .reading { state = .failed(fault) }
        return start + read
    }

    /// Passes `bytes` to llhttp, line by line where white space needs care; returns the number consumed.
    private func parse(_ bytes: borrowing Span<UInt8>) -> Int {
        var taken = 0
        while state == .reading, taken < bytes.count {
            if case .ordinary = whitespace {
                taken += execute(bytes.extracting(taken...))
            } else {
                let (kept, end, isSound) = whitespace.filter(bytes, from: taken)
                if !kept.isEmpty { _ = execute(kept.span) }
                if !isSound, state == .reading { state = .failed(.badRequest("The body's chunks are broken.")) }
                taken = end
            }
        }
        return taken
    }

    /// Runs llhttp until it has consumed `bytes`, pauses or fails; returns the number consumed.
    private func execute(_ bytes: borrowing Span<UInt8>) -> Int {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            let text = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
            let result = unsafe llhttp_execute(parser, text, buffer.count)
            if result == HPE_OK { return buffer.count }
            let stopped = unsafe llhttp_get_error_pos(parser).map { unsafe text.distance(to: $0) } ?? buffer.count
            if result == HPE_PAUSED {
                unsafe llhttp_resume(parser)
            } else if state == .reading {
                state = .failed(RequestParser.fault(result))
            }
            return stopped
        }
    }

    /// Prepares for the next message on the same connection.
    func reset() {
        (state, hasHead, wantsContinue, headerBytes, lines, chunks) = (.reading, false, false, 0, 0, 0)
        (line, head, whitespace) = (RequestLine(), RequestHead(), .ordinary)
        body = []
    }

    /// Moves the body out of the parser.
    func takeBody() -> [UInt8] {
        let taken = body
        body = []
        return taken
    }

    private static func fault(_ result: llhttp_errno_t) -> RequestFault {
        switch result {
        case HPE_INVALID_VERSION, HPE_PAUSED_H2_UPGRADE: .versionUnsupported
        case HPE_INVALID_URL: .badRequest("The address is broken.")
        case HPE_INVALID_TRANSFER_ENCODING, HPE_UNEXPECTED_CONTENT_LENGTH, HPE_INVALID_CONTENT_LENGTH:
            .badRequest("The body's length is unclear.")
        case HPE_INVALID_CHUNK_SIZE: .badRequest("The body's chunks are broken.")
        default: .badRequest("The request is broken.")
        }
    }

    private static let head = Array("HEAD".utf8)
}

// llhttp's callbacks; each returns 0 to continue or -1 to stop.
extension RequestParser {
    fileprivate func tookTarget(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard head.target.count + bytes.count <= limits.targetBytes else { return fail(.targetTooLong) }
        unsafe head.target.append(contentsOf: bytes)
        return count(bytes.count)
    }

    fileprivate func tookName(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard count(bytes.count) == 0 else { return -1 }
        if !hasHead { unsafe head.appendName(bytes) }
        return 0
    }

    fileprivate func endedName() -> CInt {
        guard !hasHead, head.isAtFraming else { return 0 }
        return pause(.aroundFraming)
    }

    fileprivate func tookValue(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard count(bytes.count) == 0 else { return -1 }
        if !hasHead { unsafe head.appendValue(bytes) }
        return 0
    }

    fileprivate func endedValue() -> CInt {
        if !hasHead { head.endLine() }
        lines += 1
        return lines <= limits.headerCount ? 0 : fail(.headerTooLarge)
    }

    /// Counts bytes that belong to neither target nor body; their total is bounded.
    fileprivate func count(_ bytes: Int) -> CInt {
        headerBytes += bytes
        return headerBytes <= limits.headerBytes ? 0 : fail(.headerTooLarge)
    }

    fileprivate func endedHead() -> CInt {
        head.method = unsafe String(cString: llhttp_method_name(llhttp_method(UInt32(llhttp_get_method(parser)))))
        head.version = unsafe (Int(llhttp_get_http_major(parser)), Int(llhttp_get_http_minor(parser)))
        let announced = unsafe parser.pointee.content_length
        // A server may ignore an Upgrade; llhttp would otherwise stop parsing HTTP here.
        unsafe parser.pointee.upgrade = 0
        do {
            try head.validate()
            bodyLimit = limits.bodyLimit(for: head.path)
            if announced > UInt64(bodyLimit) { throw RequestFault.bodyTooLarge }
        } catch let fault as RequestFault {
            return fail(fault)
        } catch {
            return fail(.badRequest("The request is broken."))
        }
        hasHead = true
        wantsContinue = head.expectsContinue
        return head.isChunked ? pause(.inChunkLine(ChunkLine())) : 0
    }

    /// Rejects a chunk that would exceed a limit as soon as its size is known.
    fileprivate func chunkIsComing() -> CInt {
        let announced = unsafe parser.pointee.content_length
        isLastChunk = announced == 0
        chunks += 1
        let isWithinLimits =
            announced <= UInt64(bodyLimit - body.count) && chunks <= limits.chunks + body.count / 64
        return isWithinLimits ? 0 : fail(.bodyTooLarge)
    }

    fileprivate func tookBody(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard body.count + bytes.count <= bodyLimit else { return fail(.bodyTooLarge) }
        unsafe body.append(contentsOf: bytes)
        return 0
    }

    fileprivate func endedChunk() -> CInt { isLastChunk ? 0 : pause(.inChunkLine(ChunkLine())) }

    fileprivate func endedMessage() -> CInt {
        state = .complete
        return CInt(HPE_PAUSED.rawValue)
    }

    private func pause(_ whitespace: Whitespace) -> CInt {
        self.whitespace = whitespace
        return CInt(HPE_PAUSED.rawValue)
    }

    private func fail(_ fault: RequestFault) -> CInt {
        state = .failed(fault)
        return -1
    }
}

private func owner(_ parser: UnsafeMutablePointer<llhttp_t>?) -> RequestParser? {
    guard let data = unsafe parser?.pointee.data else { return nil }
    return unsafe Unmanaged<RequestParser>.fromOpaque(data).takeUnretainedValue()
}

private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(
        start: start.map { unsafe UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }, count: count)
}

/// llhttp's callback table, shared by all parsers and immutable once made.
nonisolated(unsafe) private let callbacks: UnsafeMutablePointer<llhttp_settings_t> = {
    let settings = UnsafeMutablePointer<llhttp_settings_t>.allocate(capacity: 1)
    unsafe llhttp_settings_init(settings)
    unsafe settings.pointee.on_url = { unsafe owner($0)?.tookTarget(bytes($1, $2)) ?? -1 }
    unsafe settings.pointee.on_header_field = { unsafe owner($0)?.tookName(bytes($1, $2)) ?? -1 }
    unsafe settings.pointee.on_header_field_complete = { unsafe owner($0)?.endedName() ?? -1 }
    unsafe settings.pointee.on_header_value = { unsafe owner($0)?.tookValue(bytes($1, $2)) ?? -1 }
    unsafe settings.pointee.on_header_value_complete = { unsafe owner($0)?.endedValue() ?? -1 }
    unsafe settings.pointee.on_chunk_extension_name = { parser, _, count in unsafe owner(parser)?.count(count) ?? -1 }
    unsafe settings.pointee.on_chunk_extension_value = { parser, _, count in unsafe owner(parser)?.count(count) ?? -1 }
    unsafe settings.pointee.on_headers_complete = { unsafe owner($0)?.endedHead() ?? -1 }
    unsafe settings.pointee.on_chunk_header = { unsafe owner($0)?.chunkIsComing() ?? -1 }
    unsafe settings.pointee.on_body = { unsafe owner($0)?.tookBody(bytes($1, $2)) ?? -1 }
    unsafe settings.pointee.on_chunk_complete = { unsafe owner($0)?.endedChunk() ?? -1 }
    unsafe settings.pointee.on_message_complete = { unsafe owner($0)?.endedMessage() ?? -1 }
    return unsafe settings
}()
