extension Loop {
    /// Suspends for `delay` without blocking the thread.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    @Loop
    package static func sleep(for delay: Duration) async throws(CancellationError) {
        let outcome = Outcome<Void, CancellationError>()
        let timer = Timer()
        defer { timer.close() }
        timer.set(after: delay) { outcome.settle(.success(())) }
        try await outcome.value { outcome.settle(.failure(CancellationError())) }
    }

    /// Runs `body` and cancels it after `limit`; returns `nil` in that case, once `body` has ended.
    @Loop
    package static func withTimeLimit<Value: Sendable>(
        _ limit: Duration, _ body: @escaping @Loop @Sendable () async -> Value
    ) async -> Value? {
        let work = start(body)
        var isLate = false
        let timer = Timer()
        defer { timer.close() }
        timer.set(after: limit) {
            isLate = true
            work.cancel()
        }
        let value = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        return isLate ? nil : value
    }
}
