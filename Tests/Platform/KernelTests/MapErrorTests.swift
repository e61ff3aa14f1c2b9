import Kernel
import Testing

@Suite("Mapped errors")
struct MapErrorTests {
    private struct Inner: Error {}
    private struct Outer: Error, Equatable {
        init(_ inner: Inner) {}
    }

    @Test("a value passes and an error is converted")
    func converted() async throws {
        let mapped = try await mapError(Outer.init, await later(2))
        #expect(mapped == 2)
        await #expect(throws: Outer(Inner())) { try await mapError(Outer.init, await later(nil)) }
    }

    private func later(_ number: Int?) async throws(Inner) -> Int {
        await Task.yield()
        guard let number else { throw Inner() }
        return number
    }
}
