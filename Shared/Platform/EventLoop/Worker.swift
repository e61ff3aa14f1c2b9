internal import CUV

extension Loop {
    /// Runs `body`, which may block, on libuv's worker threads; returns and throws what it does.
    ///
    /// The pool is small (four threads) and shared with name resolution, so it is for short calls that have no
    /// asynchronous form.
    @Loop
    package static func onWorker<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome = Outcome<Value, Failure>()
        WorkRequest.submit {
            let result = Result { () throws(Failure) in try body() }
            return { outcome.settle(result) }
        }
        return try await outcome.value()
    }
}

/// One work request in libuv's queue.
@safe
private final class WorkRequest {
    private let body: @Sendable () -> @Loop @Sendable () -> Void
    private var completion: (@Loop @Sendable () -> Void)?

    private init(_ body: @escaping @Sendable () -> @Loop @Sendable () -> Void) { self.body = body }

    static func submit(_ body: @escaping @Sendable () -> @Loop @Sendable () -> Void) {
        let handle = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        unsafe handle.pointee.data = Unmanaged.passRetained(WorkRequest(body)).toOpaque()
        // Cannot fail if a callback is given: uv_queue_work documents UV_EINVAL only for a missing one.
        unsafe uv_queue_work(
            EventLoop.shared.uv, handle,
            { handle in unsafe WorkRequest.at(handle)?.run() },
            { handle, _ in
                let request = unsafe WorkRequest.at(handle)
                if let data = unsafe handle?.pointee.data { unsafe Unmanaged<WorkRequest>.fromOpaque(data).release() }
                unsafe handle?.deallocate()
                guard let completion = request?.completion else { return }
                Loop.assumeIsolated { completion() }
            })
    }

    private func run() { completion = body() }

    private static func at(_ handle: UnsafeMutablePointer<uv_work_t>?) -> WorkRequest? {
        guard let data = unsafe handle?.pointee.data else { return nil }
        return unsafe Unmanaged<WorkRequest>.fromOpaque(data).takeUnretainedValue()
    }
}
