package import Crypto
package import Files

/// A difference between an export and its signed manifest.
package enum ExportDefect: Equatable, Sendable {
    /// The signature over the manifest is not valid for this key.
    case signature
    /// A file of the manifest cannot be read.
    case unreadable(file: String, FileFault)
    /// The number of rows differs from the manifest.
    case rows(file: String, found: Int64, stated: Int64)
    /// The length differs from the manifest.
    case bytes(file: String, found: Int64, stated: Int64)
    /// The SHA-256 differs from the manifest.
    case digest(file: String)
    /// A file in the folder is not part of the export.
    case stranger(file: String)
    /// The folder cannot be listed.
    case unlisted(FileFault)
}

/// Checks an export against its manifest, and the manifest against its signature.
package struct ExportCheck: Sendable {
    private let path: String
    private let key: Ed25519PublicKey
    private let progress: @Sendable (String) -> Void

    /// Creates a check; `progress` is called with the name of each file before it is read.
    package init(folder path: String, key: Ed25519PublicKey, progress: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.key = key
        self.progress = progress
    }

    /// Returns the manifest and all differences; blocks.
    ///
    /// - Throws: if there is no valid manifest to check against.
    package func callAsFunction() throws(ExportCheckFault) -> (ExportManifest, defects: [ExportDefect]) {
        let bytes = try whole(ExportManifest.fileName, limit: ExportManifest.longest)
        let signature = try whole(ExportManifest.signatureName, limit: 1_024)
        let manifest: ExportManifest
        do { manifest = try ExportManifest(reading: bytes) } catch { throw .manifest(error) }
        var defects: [ExportDefect] = key.verifies(signature, of: bytes) ? [] : [.signature]
        for file in manifest.files {
            progress(file.name)
            if let defect = defect(of: file) { defects.append(defect) }
        }
        return (manifest, defects + strangers(manifest))
    }

    private func defect(of file: ExportManifest.File) -> ExportDefect? {
        var rows: Int64 = 0
        let digest: FileDigest
        do {
            digest = try FileDigest(of: "\(path)/\(file.name)") { piece throws(FileFault) in
                rows += piece.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
            }
        } catch { return .unreadable(file: file.name, error) }
        if rows != file.rows { return .rows(file: file.name, found: rows, stated: file.rows) }
        if digest.size != file.bytes { return .bytes(file: file.name, found: digest.size, stated: file.bytes) }
        return Hex.encode(digest.sha256) == file.sha256 ? nil : .digest(file: file.name)
    }

    /// Returns the files in the folder that are not part of the export.
    private func strangers(_ manifest: ExportManifest) -> [ExportDefect] {
        let known = Set(manifest.files.map(\.name) + [ExportManifest.fileName, ExportManifest.signatureName])
        do {
            return try Folder.names(path).filter { !known.contains($0) }.sorted().map { .stranger(file: $0) }
        } catch { return [.unlisted(error)] }
    }

    private func whole(_ name: String, limit: Int) throws(ExportCheckFault) -> [UInt8] {
        let file = "\(path)/\(name)"
        do { return try FileReader.whole(file, limit: limit) } catch { throw .unreadable(path: file, error) }
    }
}
