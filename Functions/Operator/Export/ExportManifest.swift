import Crypto
import FoundationEssentials
import Kernel

/// What an export says of itself; the signature is made over its bytes.
struct ExportManifest: Equatable, Sendable, Decodable {
    /// One file of the export.
    struct File: Equatable, Sendable, Decodable {
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

    private enum CodingKeys: String, CodingKey {
        case format, schema, files
        case exportedAt = "exported_at"
        case hasKeys = "license_keys"
    }

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
        guard let manifest = try? JSONDecoder().decode(ExportManifest.self, from: Data(bytes)) else {
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

extension String {
    /// Whether it names something in a folder and leads nowhere else.
    fileprivate var isFileName: Bool {
        !isEmpty && !hasPrefix(".") && utf8.count <= 100
            && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            && ![ExportManifest.fileName, ExportManifest.signatureName].contains(self)
    }
}
