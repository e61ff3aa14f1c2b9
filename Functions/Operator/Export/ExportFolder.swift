import Crypto
import Files
import Kernel

/// The folder that an export is written to: a new one, for its owner alone.
struct ExportFolder: Sendable {
    let path: String

    /// Makes the folder.
    ///
    /// - Throws: `.failed` when something lies there, or its own folder is not there.
    func create() throws(CommandFault) {
        do throws(FileFault) { try PrivateFile.createFolder(path) } catch {
            throw .failed("\(path) cannot be made: \(error)")
        }
    }

    /// Begins a file; blocks.
    func begin(_ name: String) throws(CommandFault) {
        try writing(name) { () throws(FileFault) in try PrivateFile.create(file(name)) }
    }

    /// Adds rows to a file, one a line; blocks.
    func append(_ rows: [String], to name: String) throws(CommandFault) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.reduce(0) { $0 + $1.utf8.count + 1 })
        for row in rows {
            bytes += row.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        try writing(name) { [bytes] () throws(FileFault) in try PrivateFile.append(bytes, to: file(name)) }
    }

    /// Ends a file and measures what the disk has of it; blocks.
    func end(_ name: String, rows: Int64) throws(CommandFault) -> ExportManifest.File {
        let digest = try writing(name) { () throws(FileFault) in
            try PrivateFile.sync(file(name))
            return try FileDigest(of: file(name))
        }
        return ExportManifest.File(name: name, rows: rows, bytes: digest.size, sha256: Hex.encode(digest.sha256))
    }

    /// Writes a whole file; blocks.
    func write(_ name: String, _ bytes: [UInt8]) throws(CommandFault) {
        try writing(name) { () throws(FileFault) in
            try PrivateFile.create(file(name))
            try PrivateFile.append(bytes, to: file(name))
            try PrivateFile.sync(file(name))
            try PrivateFile.sync(path)
        }
    }

    /// Removes an export that did not come to its end; blocks.
    func remove(_ names: [String]) {
        for name in names { PrivateFile.remove(file(name)) }
        PrivateFile.remove(path)
    }

    private func file(_ name: String) -> String { "\(path)/\(name)" }

    private func writing<Output>(
        _ name: String, _ body: () throws(FileFault) -> Output
    ) throws(CommandFault) -> Output {
        do throws(FileFault) { return try body() } catch { throw .failed("\(file(name)) cannot be written: \(error)") }
    }
}
