import EventLoop

/// Proves that the loop runs, by counting ticks of a millisecond.
@Loop
func ticks(_ count: Int) async throws {
    for _ in 0..<count { try await Loop.sleep(for: .milliseconds(1)) }
}
