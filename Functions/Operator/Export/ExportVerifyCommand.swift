import Crypto
import EventLoop
import Export
import JSON
import Kernel

extension Command {
    /// Verifies an export.
    static let exportVerify = Command(
        name: "export verify",
        summary: "verify that an export is complete, unchanged and signed by a known key",
        details: """
            Verifies the manifest's signature and each file's length, row count and SHA-256, and reports everything
            that is missing, changed or not part of the export. Needs the folder and the public key, no database. Get
            the public key from the export's author, not along with the folder.
            """,
        operands: [Operand(name: "DIR", help: "the folder that `latchkey export` created")],
        options: [
            Option(
                name: "--public-key", value: "FILE",
                help: "the public key of the signature, PEM, as of `openssl pkey -in KEY -pubout -out FILE`",
                isNeeded: true),
            .json,
        ],
        examples: ["latchkey export verify shop-2026 --public-key export-key.pub.pem"],
        failure: "the export differs from what was signed with this key"
    ) { invocation throws(CommandFault) in
        let (path, keyPath) = (invocation.arguments.operands[0], invocation.arguments["--public-key"] ?? "")
        let pem = try await keyFile(keyPath)
        let key: Ed25519PublicKey
        do throws(CryptoFault) { key = try Ed25519PublicKey(pem: String(decoding: pem, as: UTF8.self)) } catch {
            throw .failed("\(keyPath) is not an Ed25519 public key in PEM")
        }
        let check = ExportCheck(folder: path.withoutSlashAtEnd, key: key) { [console = invocation.console] file in
            console.progress("\(file) …")
        }
        let (manifest, defects) = try await Loop.onWorker { () throws(CommandFault) in
            do throws(ExportCheckFault) { return try check() } catch { throw CommandFault(error) }
        }
        let faults = defects.map { $0.text(in: path.withoutSlashAtEnd) }
        let verdict =
            faults.isEmpty ? ["\(path): \(manifest.rows) rows as of \(manifest.exportedAt), as signed"] : faults
        let document = JSONValue.object([
            ("exported_at", .string(manifest.exportedAt)), ("rows", .integer(manifest.rows)),
            ("license_keys", .bool(manifest.hasKeys)), ("faults", .array(faults.map(JSONValue.string))),
        ])
        try invocation.console.show(verdict, document, asJSON: invocation.isJSON)
        guard faults.isEmpty else {
            throw .failed("the export does not hold: \(faults.count) fault\(faults.count == 1 ? "" : "s")")
        }
    }
}

extension ExportDefect {
    fileprivate func text(in folder: String) -> String {
        switch self {
        case .signature:
            "\(ExportManifest.fileName): the signature is not this key's over these bytes: another key signed it, or it "
                + "was changed"
        case .unreadable(let file, let fault): "\(file) cannot be read: \(fault)"
        case .rows(let file, let found, let stated): "\(file) has \(found) rows, the manifest says \(stated)"
        case .bytes(let file, let found, let stated): "\(file) has \(found) bytes, the manifest says \(stated)"
        case .digest(let file): "\(file) was changed: its SHA-256 is not the manifest's"
        case .stranger(let file): "\(file) is not part of the export"
        case .unlisted(let fault): "\(folder) cannot be read: \(fault)"
        }
    }
}

extension CommandFault {
    fileprivate init(_ fault: ExportCheckFault) {
        let name = ExportManifest.fileName
        let text =
            switch fault {
            case .unreadable(let path, let fault): "\(path) cannot be read: \(fault); is this a whole export?"
            case .manifest(.malformed): "\(name) is not a manifest"
            case .manifest(.otherFormat): "\(name) is of another form than «\(ExportManifest.currentFormat)»"
            case .manifest(.fileName): "\(name) names a file that is not beside it, or one twice"
            }
        self = .failed(text)
    }
}
