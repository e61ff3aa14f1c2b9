import FoundationEssentials
import Support
import Testing

@testable import OperatorFunction

/// A folder for an export, and a key pair that openssl made.
struct ExportDesk {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try makeKey("ed25519")
        try #require(try openssl("pkey", "-in", path("key.pem"), "-pubout", "-out", path("key.pub.pem")) == 0)
    }

    /// Makes a private key of a kind in place of the one there is.
    func makeKey(_ algorithm: String) throws {
        try #require(try openssl("genpkey", "-algorithm", algorithm, "-out", path("key.pem")) == 0)
    }

    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    func export(_ options: String..., environment: [String: String] = [:]) async throws -> Run {
        try await Run.eve(
            ["export", path("shop"), "--key", path("key.pem"), "--reason", "moving"] + options, environment)
    }

    func verify(_ options: String..., publicKey: String? = nil) async throws -> Run {
        try await Run.latchkey(
            ["export", "verify", path("shop"), "--public-key", publicKey ?? path("key.pub.pem")] + options)
    }

    func change(_ name: String, _ change: (String) -> String) throws {
        let text = try folder.read("shop/\(name)")
        let changed = change(text)
        #expect(changed != text)
        try folder.write("shop/\(name)", changed)
    }
}
