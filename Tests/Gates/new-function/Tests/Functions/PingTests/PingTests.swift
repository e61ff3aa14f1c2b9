import Testing

@testable import Ping

@Suite("Ping")
struct PingTests {
    @Test("without a database's address it does not start")
    func settings() { #expect(throws: (any Error).self) { _ = try PingSettings([:]) } }
}
