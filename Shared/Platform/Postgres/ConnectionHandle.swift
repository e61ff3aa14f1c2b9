internal import CPostgres

/// libpq's connection, closed with this value.
@safe
struct ConnectionHandle: ~Copyable {
    private let raw: OpaquePointer

    /// Starts connecting without blocking.
    init?(_ keywords: [(String, String)]) {
        let raw = unsafe withCStrings(keywords.map(\.0)) { names in
            unsafe withCStrings(keywords.map(\.1)) { values in unsafe PQconnectStartParams(names, values, 0) }
        }
        guard let raw = unsafe raw else { return nil }
        unsafe self.raw = raw
        // libpq's default writes the server's notices to standard error.
        unsafe PQsetNoticeProcessor(raw, { _, _ in }, nil)
    }

    deinit { unsafe PQfinish(raw) }

    var socket: Int32 { unsafe PQsocket(raw) }
    var isGood: Bool { unsafe PQstatus(raw) == CONNECTION_OK }

    /// The event libpq waits for while connecting.
    enum Progress { case reading, writing, connected, failed }

    func connectPoll() -> Progress {
        switch unsafe PQconnectPoll(raw) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// Switches to nonblocking pipeline mode.
    func enterPipelineMode() -> Bool {
        unsafe PQsetnonblocking(raw, 1) == 0 && PQenterPipelineMode(raw) == 1
    }

    func exitPipelineMode() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }

    /// The first line of libpq's last error; contains none of our values, but may contain host and user.
    var errorLine: String {
        let text = unsafe String(cString: PQerrorMessage(raw))
        return String(text.split(separator: "\n").first ?? "no reason given")
    }

    func sendPrepare(_ name: String, _ text: String) -> Bool { unsafe PQsendPrepare(raw, name, text, 0, nil) == 1 }

    func sendScript(_ text: String) -> Bool { unsafe PQsendQuery(raw, text) == 1 }

    func sendSync() -> Bool { unsafe PQpipelineSync(raw) == 1 }

    /// Sends the values for a prepared statement; requests results in binary format.
    func sendExecute(_ name: String, _ parameters: Parameters) -> Bool {
        unsafe parameters.withPointers { pointers in
            unsafe PQsendQueryPrepared(
                raw, name, Int32(parameters.lengths.count), pointers, parameters.lengths, parameters.formats, 1) == 1
        }
    }

    /// Flushes the output buffer; returns 0 when done, 1 if the socket is full, -1 if it broke.
    func flush() -> Int32 { unsafe PQflush(raw) }

    func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

    /// Whether the next result has not arrived completely.
    var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

    /// One result, or the end of one statement's results.
    enum Next: ~Copyable {
        case rows(ResultSet)
        case done
        case synced
        case aborted
        case failed(PostgresFault)
    }

    func nextResult() -> Next {
        guard let result = unsafe PQgetResult(raw) else { return .done }
        let status = unsafe PQresultStatus(result)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY {
            return unsafe .rows(ResultSet(owning: result))
        }
        defer { unsafe PQclear(result) }
        if status == PGRES_PIPELINE_SYNC { return .synced }
        if status == PGRES_PIPELINE_ABORTED { return .aborted }
        let state = unsafe field(result, "C")
        // Every error from the server has a SQLSTATE; one without comes from libpq itself, about a connection that
        // ended.
        guard !state.isEmpty else { return .failed(.connectionLost) }
        return unsafe .failed(
            .server(state: state, constraint: field(result, "n"), message: field(result, "M")))
    }

    /// Returns a closure that cancels the running statement; it opens a connection of its own and blocks, so it must
    /// run on a worker thread.
    func makeCancel() -> (@Sendable () -> Void)? {
        guard let cancel = unsafe PQgetCancel(raw) else { return nil }
        nonisolated(unsafe) let handle = unsafe cancel
        return {
            var message = [CChar](repeating: 0, count: 256)
            // Whether it arrives is unknown either way; the caller's own deadline decides.
            _ = unsafe PQcancel(handle, &message, Int32(message.count))
            unsafe PQfreeCancel(handle)
        }
    }
}

/// Returns a field of an error report by its code in `postgres_ext.h`.
private func field(_ result: OpaquePointer, _ code: Character) -> String {
    guard let ascii = code.asciiValue, let text = unsafe PQresultErrorField(result, Int32(ascii)) else { return "" }
    return unsafe String(cString: text)
}

/// Lends `texts` as a null-terminated C array of C strings.
private func withCStrings<Output>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Output
) -> Output {
    let bytes = texts.flatMap { Array($0.utf8CString) }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
        var offset = 0
        var pointers: [UnsafePointer<CChar>?] = unsafe []
        for text in texts {
            unsafe pointers.append(buffer.baseAddress?.advanced(by: offset))
            offset += text.utf8CString.count
        }
        unsafe pointers.append(nil)
        return unsafe body(pointers)
    }
}
