import EventLoop
import Support

/// The demo catalog as the repository has it.
let demoCatalog = repositoryRoot + "/infra/local/catalog.json"

/// Brings the present test's database up to date.
func prepareDatabase() async throws { try await migrate(testDatabase()) }

/// Replaces the one place where `old` stands.
func replacing(_ old: String, _ new: String, in text: String) throws -> String {
    let parts = text.split(separator: old, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw SampleFault.notOnce(old) }
    return parts.joined(separator: new)
}

enum SampleFault: Error {
    case notOnce(String)
}
