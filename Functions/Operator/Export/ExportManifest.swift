import Crypto
import JSON
import Kernel

/// What an export says of itself; the signature is made over its bytes.
struct ExportManifest: Equatable, Sendable {
    /// One file of the export.
    struct File: Equatable, Sendable {
        /// Its name in the folder.
        let name: String
        /// Rows, one a line.
        let rows: Int64
        /// Its length.
        let bytes: Int64
        /// Its SHA-256 in hexadecimal digits.
        let sha256: String
    }

    /// The present form's name.
    static let currentFormat = "latchkey export v1"
    /// The manifest's own name in the folder.
    static let fileName = "manifest.json"
    /// The name of the signature over the manifest's bytes, 64 bytes as Ed25519 makes them.
    static let signatureName = "manifest.json.sig"
    /// The longest manifest that is read.
    static let longest = 1 << 20

    let format: String
    /// The moment that the rows are of, RFC 3339.
    let exportedAt: String
    /// The database's last migration.
    let schema: Int
    /// Whether the licenses have their keys.
    let hasKeys: Bool
    let files: [File]

    init(exportedAt: Instant, schema: Int, hasKeys: Bool, files: [File]) {
        format = ExportManifest.currentFormat
        self.exportedAt = CivilTime(exportedAt).rfc3339
        self.schema = schema
        self.hasKeys = hasKeys
        self.files = files
    }

    /// Reads a manifest.
    ///
    /// - Throws: `.failed` for what is none, or names a file that is not beside it.
    init(reading bytes: [UInt8]) throws(CommandFault) {
        let manifest: ExportManifest
        do { manifest = try ExportManifest(json: bytes) } catch {
            throw .failed("\(ExportManifest.fileName) is not a manifest")
        }
        guard manifest.format == ExportManifest.currentFormat else {
            throw .failed("\(ExportManifest.fileName) is of another form than «\(ExportManifest.currentFormat)»")
        }
        guard manifest.files.allSatisfy({ $0.name.isFileName }),
            Set(manifest.files.map(\.name)).count == manifest.files.count
        else { throw .failed("\(ExportManifest.fileName) names a file that is not beside it, or one twice") }
        self = manifest
    }

    /// The manifest's bytes: JSON on one line, and its end.
    var bytes: [UInt8] { document.utf8 + [UInt8(ascii: "\n")] }

    /// All rows of all files.
    var rows: Int64 { files.reduce(0) { $0 + $1.rows } }

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

extension ExportManifest: JSONReadable {
    init(json node: JSONNode) throws(MalformedDocument) {
        format = try node.required("format")
        exportedAt = try node.required("exported_at")
        schema = Int(try node.required("schema") as Int64)
        hasKeys = try node.required("license_keys")
        files = try node.required("files")
    }
}

extension ExportManifest.File: JSONReadable {
    init(json node: JSONNode) throws(MalformedDocument) {
        name = try node.required("name")
        rows = try node.required("rows")
        bytes = try node.required("bytes")
        sha256 = try node.required("sha256")
    }
}

extension String {
    /// Whether it names something in a folder and leads nowhere else.
    fileprivate var isFileName: Bool {
        !isEmpty && !hasPrefix(".") && utf8.count <= 100
            && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            && ![ExportManifest.fileName, ExportManifest.signatureName].contains(self)
    }
}
