/// The actor whose executor is the event loop: everything isolated to it runs on the one thread, and the compiler
/// keeps other threads out.
@globalActor
package actor Loop {
    /// The one actor.
    package static let shared = Loop()

    /// The event loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe EventLoop.shared.asUnownedSerialExecutor()
    }

    /// Runs `body` as code of the loop's, for C callbacks that libuv makes on the loop's thread.
    ///
    /// Traps on any other thread.
    package static func assumeIsolated(_ body: @Loop () -> Void) {
        EventLoop.shared.checkIsolated()
        withoutActuallyEscaping(body) { body in
            // Only the isolation is dropped from the type, and the line above proved that it holds; the standard
            // library's `MainActor.assumeIsolated` does the same for its actor.
            unsafe unsafeBitCast(body, to: (() -> Void).self)()
        }
    }

    /// Starts `body` on the loop from anywhere, without a detour through another thread.
    @discardableResult
    package static func start<Value: Sendable>(_ body: @escaping @Loop @Sendable () async -> Value) -> Task<
        Value, Never
    > {
        Task(executorPreference: EventLoop.shared, operation: body)
    }
}
