import Crypto
import EventLoop
import Files
import JSON
import Kernel

extension Command {
    /// Checks an export.
    static let exportVerify = Command(
        name: "export verify",
        summary: "check that an export is whole, unchanged, and signed by a key you know",
        details: """
            Checks the manifest's signature, and of each file its length, its rows and its SHA-256, and names everything
            that is missing, changed or not part of the export. It needs the folder and the public key, no database.
            Take the public key from whoever made the export, not from where the folder came from.
            """,
        operands: [Operand(name: "DIR", help: "the folder that `latchkey export` made")],
        options: [
            Option(
                name: "--public-key", value: "FILE",
                help: "the key it must be signed with, PEM, as `openssl pkey -in KEY -pubout -out FILE` makes it",
                isNeeded: true),
            .json,
        ],
        examples: ["latchkey export verify shop-2026 --public-key export-key.pub.pem"],
        failure: "the export is not what was signed with this key"
    ) { invocation throws(CommandFault) in
        let (path, keyPath) = (invocation.arguments.operands[0], invocation.arguments["--public-key"] ?? "")
        let pem = try await keyFile(keyPath)
        let key: Ed25519PublicKey
        do throws(CryptoFault) { key = try Ed25519PublicKey(pem: String(decoding: pem, as: UTF8.self)) } catch {
            throw .failed("\(keyPath) is not an Ed25519 public key in PEM")
        }
        let check = ExportCheck(path: path.withoutSlashAtEnd, key: key, console: invocation.console)
        let (manifest, faults) = try await offLoop { () throws(CommandFault) in try check() }
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

/// Holds an export to its manifest, and the manifest to its signature; blocks.
struct ExportCheck: Sendable {
    let path: String
    let key: Ed25519PublicKey
    let console: Console

    /// The manifest, and one line for whatever is wrong.
    ///
    /// - Throws: `.failed` when there is no manifest to hold anything to.
    func callAsFunction() throws(CommandFault) -> (ExportManifest, faults: [String]) {
        let bytes = try whole(ExportManifest.fileName, limit: ExportManifest.longest)
        let signature = try whole(ExportManifest.signatureName, limit: 1_024)
        let manifest = try ExportManifest(reading: bytes)
        var faults: [String] = []
        if !key.verifies(signature, of: bytes) {
            faults.append(
                "\(ExportManifest.fileName): the signature is not this key's over these bytes: another key signed it, or "
                    + "it was changed")
        }
        for file in manifest.files {
            console.progress("\(file.name) …")
            faults += check(file)
        }
        return (manifest, faults + strangers(manifest))
    }

    private func check(_ file: ExportManifest.File) -> [String] {
        var rows: Int64 = 0
        let digest: FileDigest
        do throws(FileFault) {
            digest = try FileDigest(of: "\(path)/\(file.name)") { piece throws(FileFault) in
                rows += piece.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
            }
        } catch { return ["\(file.name) cannot be read: \(error)"] }
        if rows != file.rows { return ["\(file.name) has \(rows) rows, the manifest says \(file.rows)"] }
        if digest.size != file.bytes {
            return ["\(file.name) has \(digest.size) bytes, the manifest says \(file.bytes)"]
        }
        if Hex.encode(digest.sha256) != file.sha256 {
            return ["\(file.name) was changed: its SHA-256 is not the manifest's"]
        }
        return []
    }

    /// What lies in the folder and is no part of the export.
    private func strangers(_ manifest: ExportManifest) -> [String] {
        let known = Set(manifest.files.map(\.name) + [ExportManifest.fileName, ExportManifest.signatureName])
        do throws(FileFault) {
            return try Folder.names(path).filter { !known.contains($0) }.sorted().map {
                "\($0) is not part of the export"
            }
        } catch { return ["\(path) cannot be read: \(error)"] }
    }

    private func whole(_ name: String, limit: Int) throws(CommandFault) -> [UInt8] {
        do throws(FileFault) { return try FileReader.whole("\(path)/\(name)", limit: limit) } catch {
            throw .failed("\(path)/\(name) cannot be read: \(error); is this a whole export?")
        }
    }
}
