/// The global actor whose executor is the event loop.
///
/// Everything isolated to it runs on the loop's thread; the compiler keeps other threads out.
@globalActor
package actor Loop {
    /// The shared instance.
    package static let shared = Loop()

    /// The event loop, as this actor's executor.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe EventLoop.shared.asUnownedSerialExecutor()
    }

    /// Runs `body` isolated to the loop, from a C callback that libuv makes on the loop's thread.
    ///
    /// Traps on any other thread.
    package static func assumeIsolated(_ body: @Loop () -> Void) {
        EventLoop.shared.checkIsolated()
        withoutActuallyEscaping(body) { body in
            // This drops only the isolation from the type, which the check above has proved to hold; the standard
            // library's `MainActor.assumeIsolated` does the same.
            unsafe unsafeBitCast(body, to: (() -> Void).self)()
        }
    }

    /// Starts `body` on the loop from any thread, without a hop through another executor.
    @discardableResult
    package static func start<Value: Sendable>(_ body: @escaping @Loop @Sendable () async -> Value) -> Task<
        Value, Never
    > {
        Task(executorPreference: EventLoop.shared, operation: body)
    }
}
