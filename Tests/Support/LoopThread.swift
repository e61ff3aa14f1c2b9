import EventLoop
import Glibc

/// Runs `body` on the event loop, which runs on its own thread for the whole test run.
package func onLoop<Value: Sendable>(_ body: @escaping @Loop @Sendable () async throws -> Value) async throws -> Value {
    _ = loopThread
    return try await Task(executorPreference: EventLoop.shared, operation: body).value
}

private let loopThread: pthread_t = {
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, { _ in EventLoop.shared.run() }, nil)
    precondition(status == 0, "no thread for the event loop")
    return thread
}()
