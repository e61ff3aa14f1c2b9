import JSON
import Kernel

/// The signed description of an export.
package struct ExportManifest: Equatable, Sendable {
    /// One file of the export.
    package struct File: Equatable, Sendable {
        /// Its name in the folder.
        package let name: String
        /// The number of rows, one per line.
        package let rows: Int64
        /// Its length in bytes.
        package let bytes: Int64
        /// Its SHA-256 in hexadecimal.
        package let sha256: String
    }

    /// Why a document is not a valid manifest.
    package enum Fault: Error, Equatable, Sendable {
        /// It is not JSON, or lacks a member of a manifest.
        case malformed
        /// The format is not `currentFormat`.
        case otherFormat
        /// A file's name leads out of the folder, is the manifest's own, or is a duplicate.
        case fileName
    }

    /// The name of the current format.
    package static let currentFormat = "latchkey export v1"
    /// The manifest's own name in the folder.
    package static let fileName = "manifest.json"
    /// The file name of the Ed25519 signature over the manifest's bytes, 64 bytes.
    static let signatureName = "manifest.json.sig"
    /// The maximum length of a manifest in bytes.
    static let longest = 1 << 20

    /// The name of its format.
    package let format: String
    /// The moment of the export, RFC 3339.
    package let exportedAt: String
    /// The database's last migration.
    package let schema: Int
    /// Whether the licenses' keys are included.
    package let hasKeys: Bool
    /// The files, in the order they were written.
    package let files: [File]

    /// Creates a manifest in the current format.
    init(exportedAt: Instant, schema: Int, hasKeys: Bool, files: [File]) {
        format = ExportManifest.currentFormat
        self.exportedAt = CivilTime(exportedAt).rfc3339
        self.schema = schema
        self.hasKeys = hasKeys
        self.files = files
    }

    /// Parses a manifest.
    ///
    /// - Throws: a fault, also for a manifest that names a file outside its folder.
    package init(reading bytes: [UInt8]) throws(Fault) {
        do { try self.init(JSONNode(bytes)) } catch { throw .malformed }
        guard format == ExportManifest.currentFormat else { throw .otherFormat }
        guard files.allSatisfy({ $0.name.isFileName }), Set(files.map(\.name)).count == files.count else {
            throw .fileName
        }
    }

    /// The manifest's bytes: JSON on one line, with a line end.
    package var bytes: [UInt8] { document.utf8 + [UInt8(ascii: "\n")] }

    /// The number of rows in all files.
    package var rows: Int64 { files.reduce(0) { $0 + $1.rows } }

    private var document: JSONValue {
        .object([
            ("format", .string(format)), ("exported_at", .string(exportedAt)), ("schema", .integer(Int64(schema))),
            ("license_keys", .bool(hasKeys)),
            (
                "files",
                .array(
                    files.map { file in
                        .object([
                            ("name", .string(file.name)), ("rows", .integer(file.rows)),
                            ("bytes", .integer(file.bytes)), ("sha256", .string(file.sha256)),
                        ])
                    })
            ),
        ])
    }
}

extension ExportManifest {
    private init(_ node: JSONNode) throws(MalformedDocument) {
        format = try node.required("format")
        exportedAt = try node.required("exported_at")
        schema = Int(try node.required("schema") as Int64)
        hasKeys = try node.required("license_keys")
        let entries: [Entry] = try node.required("files")
        files = entries.map(\.file)
    }

    /// A file's entry.
    private struct Entry: JSONReadable {
        let file: File

        init(json node: JSONNode) throws(MalformedDocument) {
            file = File(
                name: try node.required("name"), rows: try node.required("rows"), bytes: try node.required("bytes"),
                sha256: try node.required("sha256"))
        }
    }
}

extension String {
    /// Whether it is a plain file name, without a path.
    fileprivate var isFileName: Bool {
        !isEmpty && !hasPrefix(".") && utf8.count <= 100
            && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            && ![ExportManifest.fileName, ExportManifest.signatureName].contains(self)
    }
}
