import Crypto
import EventLoop
import Export
import Files
import JSON
import Kernel
import Licensing
import Postgres

extension Command {
    /// Exports the shop's data.
    static let export = Command(
        name: "export",
        summary: "export all data of the shop to a signed folder",
        details: """
            Writes each table to DIR as JSON Lines, all in one snapshot, with a manifest of counts and SHA-256 digests
            and an Ed25519 signature over it. DIR must not exist; it and its files are readable by their owner only,
            because they have buyers' names and addresses. With --with-keys they also have every license key. Without,
            the keys can still be derived from the rows with LICENSE_SECRETS. infra/export.md describes each file, and
            how to verify the signature with openssl.
            """,
        operands: [Operand(name: "DIR", help: "the folder to create")],
        options: [
            Option(
                name: "--key", value: "FILE",
                help: "the private signing key, PEM, as of `openssl genpkey -algorithm ed25519 -out FILE`",
                isNeeded: true),
            Option(name: "--with-keys", help: "export license keys too"),
            .reason, .json,
        ],
        settings: [
            .databaseURL, .operatorName,
            Setting(name: "LICENSE_SECRETS", help: "needed for --with-keys, every version in use"),
            Setting(name: "KEY_PEPPER", help: "needed for --with-keys"),
        ],
        examples: [
            #"latchkey export shop-2026 --key export-key.pem --reason "yearly copy""#,
            #"latchkey export shop-2026 --key export-key.pem --with-keys --reason "moving to another shop""#,
        ],
        failure: "something could not be read or written; DIR does not exist"
    ) { invocation throws(CommandFault) in
        let context = try invocation.auditContext()
        let folder = ExportFolder(path: invocation.arguments.operands[0].withoutSlashAtEnd)
        let signer = try await signingKey(invocation.arguments["--key"] ?? "")
        let hasKeys = invocation.arguments.has("--with-keys")
        let keys: KeyRing? = hasKeys ? try invocation.setting { KeyRing(&$0) } : nil
        let manifest = try await withDatabase(invocation.environment, limit: .seconds(600)) {
            connection throws(CommandFault) in
            let exporting = Exporting(
                connection, to: folder, keys: keys, signer: signer, clock: invocation.clock
            ) { [console = invocation.console] progress in
                console.progress("\(progress.table.rawValue): \(progress.rows) rows")
            }
            return try await mapError({ (fault: ExportFault) in CommandFault(fault) }, await exporting(by: context))
        }
        try invocation.console.show(
            manifest.lines(folder.path), manifest.summary(folder.path), asJSON: invocation.isJSON)
    }

    private static func signingKey(_ path: String) async throws(CommandFault) -> Ed25519PrivateKey {
        let pem = try await keyFile(path)
        do throws(CryptoFault) { return try Ed25519PrivateKey(pem: Secret(bytes: pem)) } catch {
            throw .failed("\(path) is not an Ed25519 private key in PEM without a pass phrase")
        }
    }
}

/// Reads a key file.
@Loop
func keyFile(_ path: String) async throws(CommandFault) -> [UInt8] {
    try await Loop.onWorker { () throws(CommandFault) in
        do throws(FileFault) { return try FileReader.whole(path, limit: 16 << 10) } catch {
            throw .failed("\(path) cannot be read: \(error)")
        }
    }
}

extension String {
    /// The path without trailing slashes.
    var withoutSlashAtEnd: String {
        var path = self[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }
}

extension CommandFault {
    fileprivate init(_ fault: ExportFault) {
        let text =
            switch fault {
            case .notMade(let folder, let fault): "\(folder) cannot be made: \(fault)"
            case .notWritten(let path, let fault): "\(path) cannot be written: \(fault)"
            case .underivable(let license, let fault): "license \(license): \(fault)"
            case .otherKey(let license):
                "license \(license): the derived key is not the one it has; see KEY_PEPPER, LICENSE_SECRETS"
            case .unsigned(let fault): "the manifest could not be signed: \(fault)"
            case .database(let fault): fault.description
            }
        self = .failed(text)
    }
}

extension ExportManifest {
    fileprivate func lines(_ path: String) -> [String] {
        let table = aligned(files.map { [$0.name, "\($0.rows) rows", readable($0.bytes)] })
        let keys = hasKeys ? "with their keys: guard it like them" : "without their keys (--with-keys)"
        return ["\(path): \(rows) rows as of \(exportedAt), signed"] + table + ["licenses are \(keys)"]
    }

    fileprivate func summary(_ path: String) -> JSONValue {
        .object([
            ("folder", .string(path)), ("exported_at", .string(exportedAt)), ("schema", .integer(Int64(schema))),
            ("license_keys", .bool(hasKeys)), ("rows", .integer(rows)),
            ("files", .object(files.map { ($0.name, .integer($0.rows)) })),
        ])
    }
}
