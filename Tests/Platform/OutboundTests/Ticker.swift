import EventLoop

/// Proof that the loop turns: so many turns of a millisecond each.
@Loop
func ticks(_ count: Int) async throws {
    for _ in 0..<count { try await Loop.sleep(for: .milliseconds(1)) }
}
