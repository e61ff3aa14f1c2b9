import EventLoop

/// What `body`, which reads or writes files, makes on a thread that may wait.
@Loop
func offLoop<Output: Sendable>(
    _ body: @escaping @Sendable () throws(CommandFault) -> Output
) async throws(CommandFault) -> Output {
    try await Loop.onWorker { Result { () throws(CommandFault) in try body() } }.get()
}
