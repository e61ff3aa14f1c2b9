import Export
import Foundation
import Support
import Testing

@testable import OperatorFunction

/// A folder for an export, and a key pair that openssl made.
struct ExportDesk {
    let folder: TemporaryFolder

    static let leftOut = Set(ExportTable.leftOut.keys)

    init() throws {
        folder = try TemporaryFolder()
        try openssl("genpkey", "-algorithm", "ed25519", "-out", path("key.pem"))
        try openssl("pkey", "-in", path("key.pem"), "-pubout", "-out", path("key.pub.pem"))
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

    func rows(_ name: String) throws -> [String] {
        try folder.read("shop/\(name)").split(separator: "\n").map(String.init)
    }

    func everything() throws -> String {
        try folder.files().filter { $0.hasPrefix("shop/") && $0.hasSuffix(".jsonl") }.map { try folder.read($0) }
            .joined()
    }

    func change(_ name: String, _ change: (String) -> String) throws {
        let text = try folder.read("shop/\(name)")
        let changed = change(text)
        #expect(changed != text)
        try folder.write("shop/\(name)", changed)
    }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }

    func opensslVerifies() throws -> Bool {
        try run(
            "pkeyutl", "-verify", "-pubin", "-inkey", path("key.pub.pem"), "-rawin", "-in", path("shop/manifest.json"),
            "-sigfile", path("shop/manifest.json.sig")) == 0
    }

    func openssl(_ words: String...) throws { try #require(run(words) == 0) }

    private func run(_ words: String...) throws -> Int32 { try run(words) }

    private func run(_ words: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// A row in each table that a paid order does not fill.
    static let oneOfEach = """
        INSERT INTO releases SELECT '019aa2b1-0000-7000-8000-0000000000d1', id, '1.0.0', now() FROM products;
        INSERT INTO artifacts SELECT '019aa2b1-0000-7000-8000-0000000000d2', id, 'mac', 'a.zip', 'x/1.0.0/mac/a.zip', 1,
            decode(repeat('00', 32), 'hex') FROM releases;
        INSERT INTO activations (id, license_id, machine_hash, created_at)
        SELECT '019aa2b1-0000-7000-8000-0000000000d3', id, '\\x01', now() FROM licenses;
        INSERT INTO refunds VALUES ('re_1', 'pi_1', 1, 'pending', now());
        INSERT INTO refund_totals VALUES ('pi_1', 1);
        INSERT INTO disputes VALUES ('dp_1', 'pi_1', 'open', now());
        INSERT INTO refund_requests (id, order_id, amount, requested_at)
        SELECT '019aa2b1-0000-7000-8000-0000000000d4', id, 1, now() FROM orders;
        INSERT INTO webhook_events (stripe_event_id, type, status, created_at, received_at)
        VALUES ('evt_1', 'x', 'ignored', now(), now());
        INSERT INTO audit_log (actor, action) VALUES ('function:test', 'x');
        SELECT audit_seal(100);
        """
}
