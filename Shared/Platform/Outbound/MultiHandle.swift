internal import CCurl
internal import EventLoop

/// One client's transfers and connections, driven by the event loop.
///
/// libcurl reports the sockets and the timeout it waits for; the loop watches them and calls it back. libcurl itself
/// never blocks.
@Loop
@safe
final class MultiHandle {
    private let raw: UnsafeMutableRawPointer
    private let timer = Timer()
    private var watchers: [curl_socket_t: SocketWatcher] = [:]
    private var transfers: [UnsafeMutableRawPointer: Transfer] = unsafe [:]

    /// Creates a handle with these connection limits, per host and in total.
    init(connectionsPerHost: Int, connections: Int) {
        CurlLibrary.require()
        guard let raw = unsafe curl_multi_init() else { fatalError("no transfers: out of memory") }
        unsafe self.raw = raw
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe curl_multi_setopt_sockets(raw, takeSocket, context)
        unsafe curl_multi_setopt_timer(raw, takeTimer, context)
        unsafe curl_multi_setopt_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        unsafe curl_multi_setopt_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
        unsafe curl_multi_setopt_long(raw, CURLMOPT_MAXCONNECTS, connections)
    }

    isolated deinit {
        // Unregisters before libcurl closes the sockets, so that nothing calls back into a value being destroyed.
        unsafe curl_multi_setopt_sockets(raw, nil, nil)
        unsafe curl_multi_setopt_timer(raw, nil, nil)
        for watcher in watchers.values { watcher.close() }
        timer.close()
        unsafe transfers.keys.forEach { unsafe curl_multi_remove_handle(raw, $0) }
        unsafe curl_multi_cleanup(raw)
    }

    /// Runs a transfer until it ends; cancelling the task ends it at once.
    ///
    /// The caller must then `remove` it: a connect-only transfer is still used after its end. The time limit is
    /// enforced here as well, because libcurl 7.88 ignores its own for a transfer that waits for a free connection.
    func run(_ transfer: Transfer, limit: Duration) async -> TransferEnd {
        let deadline = Timer()
        defer { deadline.close() }
        deadline.set(after: limit) { transfer.end.settle(.success(.finished(CURLE_OPERATION_TIMEDOUT))) }
        let easy = unsafe transfer.easy.raw
        unsafe transfers[easy] = transfer
        guard unsafe curl_multi_add_handle(raw, easy) == CURLM_OK else {
            unsafe transfers[easy] = nil
            return .finished(CURLE_FAILED_INIT)
        }
        return await transfer.end.value { transfer.end.settle(.success(.cancelled)) }
    }

    /// Removes a transfer; one that has not ended loses its connection.
    func remove(_ transfer: Transfer) {
        let easy = unsafe transfer.easy.raw
        guard unsafe transfers[easy] != nil else { return }
        unsafe curl_multi_remove_handle(raw, easy)
        unsafe transfers[easy] = nil
    }

    fileprivate func watch(_ socket: curl_socket_t, for what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            watchers.removeValue(forKey: socket)?.close()
            return
        }
        // A socket that cannot be watched means a machine out of memory or descriptors; its transfer then ends by its
        // deadline.
        guard let watcher = watchers[socket] ?? SocketWatcher(descriptor: socket) else { return }
        watchers[socket] = watcher
        watcher.watch(events(of: what)) { [weak self] happened in self?.act(on: socket, happened) }
    }

    fileprivate func setTimer(milliseconds: Int) {
        guard milliseconds >= 0 else { return timer.cancel() }
        timer.set(after: .milliseconds(milliseconds)) { [weak self] in self?.act(on: CURL_SOCKET_TIMEOUT, []) }
    }

    private func act(on socket: curl_socket_t, _ happened: SocketWatcher.Events) {
        var flags: Int32 = 0
        if happened.contains(.readable) { flags |= CURL_CSELECT_IN }
        if happened.contains(.writable) { flags |= CURL_CSELECT_OUT }
        var running: Int32 = 0
        unsafe curl_multi_socket_action(raw, socket, flags, &running)
        settleEnded()
    }

    /// Settles the outcomes of transfers that have ended.
    private func settleEnded() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(raw, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            unsafe transfers[message.pointee.easy_handle]?.end.settle(.success(.finished(code)))
        }
    }

    private func events(of what: Int32) -> SocketWatcher.Events {
        switch what {
        case CURL_POLL_IN: .readable
        case CURL_POLL_OUT: .writable
        default: [.readable, .writable]
        }
    }

    fileprivate nonisolated static func at(_ context: UnsafeMutableRawPointer?) -> MultiHandle? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    }
}

private func takeSocket(
    _: UnsafeMutableRawPointer, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    let multi = unsafe MultiHandle.at(context)
    Loop.assumeIsolated { multi?.watch(socket, for: what) }
    return 0
}

private func takeTimer(_: UnsafeMutableRawPointer, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
    let multi = unsafe MultiHandle.at(context)
    Loop.assumeIsolated { multi?.setTimer(milliseconds: milliseconds) }
    return 0
}
