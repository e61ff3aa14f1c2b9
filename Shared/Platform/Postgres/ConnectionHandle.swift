internal import CPostgres

/// libpq's connection, closed with this value.
@safe
struct ConnectionHandle: ~Copyable {
    private let raw: OpaquePointer

    /// Begins to connect without waiting.
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

    /// What libpq waits for while it connects.
    enum Progress { case reading, writing, connected, failed }

    func connectPoll() -> Progress {
        switch unsafe PQconnectPoll(raw) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// Switches to pipeline mode, nonblocking.
    func enterPipelineMode() -> Bool {
        unsafe PQsetnonblocking(raw, 1) == 0 && PQenterPipelineMode(raw) == 1
    }

    func exitPipelineMode() -> Bool { unsafe PQexitPipelineMode(raw) == 1 }

    /// The first line of libpq's last error; it holds no value of ours, but may hold the host and user.
    var errorLine: String {
        let text = unsafe String(cString: PQerrorMessage(raw))
        return String(text.split(separator: "\n").first ?? "no reason given")
    }

    func sendPrepare(_ name: String, _ text: String) -> Bool { unsafe PQsendPrepare(raw, name, text, 0, nil) == 1 }

    func sendScript(_ text: String) -> Bool { unsafe PQsendQuery(raw, text) == 1 }

    func sendSync() -> Bool { unsafe PQpipelineSync(raw) == 1 }

    /// Sends a prepared statement's values; answers are asked for in binary format.
    func sendExecute(_ name: String, _ parameters: Parameters) -> Bool {
        unsafe parameters.withPointers { pointers in
            unsafe PQsendQueryPrepared(
                raw, name, Int32(parameters.lengths.count), pointers, parameters.lengths, parameters.formats, 1) == 1
        }
    }

    /// Sends what waits; 0 done, 1 the socket is full, -1 broken.
    func flush() -> Int32 { unsafe PQflush(raw) }

    func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

    /// Whether the next result has not arrived whole.
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
        // Every report of the server's has a state; one without is libpq's own, of a connection that ended under it.
        guard !state.isEmpty else { return .failed(.connectionLost) }
        return unsafe .failed(
            .server(state: state, constraint: field(result, "n"), message: field(result, "M")))
    }

    /// What asks the server to give up the statement under way; it opens a connection of its own and blocks, so it is
    /// for a worker thread.
    func makeCancel() -> (@Sendable () -> Void)? {
        guard let cancel = unsafe PQgetCancel(raw) else { return nil }
        nonisolated(unsafe) let handle = unsafe cancel
        return {
            var message = [CChar](repeating: 0, count: 256)
            // Whether it arrives is not known either way; the caller's own deadline decides.
            _ = unsafe PQcancel(handle, &message, Int32(message.count))
            unsafe PQfreeCancel(handle)
        }
    }
}

/// A field of an error report by the code that `postgres_ext.h` gives it.
private func field(_ result: OpaquePointer, _ code: Character) -> String {
    guard let ascii = code.asciiValue, let text = unsafe PQresultErrorField(result, Int32(ascii)) else { return "" }
    return unsafe String(cString: text)
}

/// Lends `texts` as a C array of C strings with a null pointer at its end.
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
