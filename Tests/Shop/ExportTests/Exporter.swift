import Audit
import Crypto
import Export
import Foundation
import Kernel
import Licensing
import Settings
import Support
import Testing

/// A seller who exports the shop of the current test's database, with a key pair that openssl made.
struct Exporter: Sendable {
    let folder: TemporaryFolder
    private let signer: Ed25519PrivateKey

    init() throws {
        folder = try TemporaryFolder()
        let pem = "\(folder.path)/key.pem"
        try #require(try openssl("genpkey", "-algorithm", "ed25519", "-out", pem) == 0)
        try #require(try openssl("pkey", "-in", pem, "-pubout", "-out", "\(folder.path)/key.pub.pem") == 0)
        signer = try Ed25519PrivateKey(pem: Secret(folder.read("key.pem")))
    }

    /// The public key's bytes in hexadecimal.
    var publicKey: String { Hex.encode(signer.publicKey.bytes) }

    /// Exports to `shop`.
    ///
    /// - Parameter settings: those of the license keys, other than the usual ones; `nil` leaves the keys out.
    @discardableResult
    func export(keys settings: [String: String]? = nil) async throws -> ExportManifest {
        let keys = try settings.map { settings in
            var read = SettingsReader(TestSettings.environment.merging(settings) { $1 })
            return try #require(KeyRing(&read))
        }
        let target = ExportFolder(path: "\(folder.path)/shop")
        return try await withConnection { [signer] connection in
            try await Exporting(
                connection, to: target, keys: keys, signer: signer, clock: WallClock { testNow }, progress: { _ in })(
                    by: AuditContext(.operator("eve"), from: "desk", because: "moving", at: testNow))
        }
    }

    /// Returns why there is no export; `nil` if there is one.
    func fault(keys settings: [String: String]? = nil) async throws -> ExportFault? {
        do {
            try await export(keys: settings)
            return nil
        } catch let fault as ExportFault { return fault }
    }

    /// Returns what differs from what was signed.
    func defects() throws -> [ExportDefect] {
        try ExportCheck(folder: "\(folder.path)/shop", key: signer.publicKey) { _ in }().defects
    }

    func rows(_ name: String) throws -> [String] {
        try folder.read("shop/\(name)").split(separator: "\n").map(String.init)
    }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")[.posixPermissions] as? Int
    }

    /// Whether openssl verifies the manifest's signature.
    func opensslVerifies() throws -> Bool {
        try openssl(
            "pkeyutl", "-verify", "-pubin", "-inkey", "\(folder.path)/key.pub.pem", "-rawin", "-in",
            "\(folder.path)/shop/manifest.json", "-sigfile", "\(folder.path)/shop/manifest.json.sig") == 0
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
