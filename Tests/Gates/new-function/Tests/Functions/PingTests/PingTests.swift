import Testing

@testable import PingFunction

@Suite("Ping")
struct PingTests {
    @Test("without a database's address it does not start")
    func settings() { #expect(throws: (any Error).self) { _ = try PingSettings([:]) } }
}
