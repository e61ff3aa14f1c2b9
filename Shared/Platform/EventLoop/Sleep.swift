extension Loop {
    /// Waits for `delay` without holding the thread.
    ///
    /// - Throws: `CancellationError` at once when the task is cancelled.
    @Loop
    package static func sleep(for delay: Duration) async throws(CancellationError) {
        let outcome = Outcome<Void, CancellationError>()
        let timer = Timer()
        defer { timer.close() }
        timer.set(after: delay) { outcome.settle(.success(())) }
        try await outcome.value { outcome.settle(.failure(CancellationError())) }
    }

    /// Runs `body` and cancels it when `limit` has passed; `nil` then, once `body` has ended.
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
