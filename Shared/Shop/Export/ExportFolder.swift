import Crypto
import Files

/// The folder that an export is written to: newly created, readable only by its owner.
package struct ExportFolder: Sendable {
    /// The folder's path.
    package let path: String

    /// Creates a reference to the folder at `path`, without creating the folder.
    package init(path: String) { self.path = path }

    /// Creates the folder; blocks.
    ///
    /// - Throws: `.notMade` if it exists, or its parent does not.
    func create() throws(ExportFault) {
        do { try PrivateFile.createFolder(path) } catch { throw .notMade(folder: path, error) }
    }

    /// Creates a file; blocks.
    func begin(_ name: String) throws(ExportFault) {
        try writing(name) { () throws(FileFault) in try PrivateFile.create(file(name)) }
    }

    /// Appends rows to a file, one per line; blocks.
    func append(_ rows: [String], to name: String) throws(ExportFault) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.reduce(0) { $0 + $1.utf8.count + 1 })
        for row in rows {
            bytes += row.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        try writing(name) { [bytes] () throws(FileFault) in try PrivateFile.append(bytes, to: file(name)) }
    }

    /// Syncs a file and returns its length and digest as read back from disk; blocks.
    func end(_ name: String, rows: Int64) throws(ExportFault) -> ExportManifest.File {
        let digest = try writing(name) { () throws(FileFault) in
            try PrivateFile.sync(file(name))
            return try FileDigest(of: file(name))
        }
        return ExportManifest.File(name: name, rows: rows, bytes: digest.size, sha256: Hex.encode(digest.sha256))
    }

    /// Writes a whole file; blocks.
    func write(_ name: String, _ bytes: [UInt8]) throws(ExportFault) {
        try writing(name) { () throws(FileFault) in
            try PrivateFile.create(file(name))
            try PrivateFile.append(bytes, to: file(name))
            try PrivateFile.sync(file(name))
            try PrivateFile.sync(path)
        }
    }

    /// Removes the files and the folder of an unfinished export; blocks.
    func remove(_ names: [String]) {
        for name in names { PrivateFile.remove(file(name)) }
        PrivateFile.remove(path)
    }

    private func file(_ name: String) -> String { "\(path)/\(name)" }

    private func writing<Output>(
        _ name: String, _ body: () throws(FileFault) -> Output
    ) throws(ExportFault) -> Output {
        do { return try body() } catch { throw .notWritten(path: file(name), error) }
    }
}
