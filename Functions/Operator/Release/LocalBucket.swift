import EventLoop
import Files
import Kernel
import Settings
import Storage

/// A bucket that is a folder of this machine: `<folder>/<bucket>/<object>`.
///
/// A file that lies under a name without having been published, such as half a copy, gives way.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STORAGE_FOLDER` | needed; the folder that holds the bucket's folder |
/// | `STORAGE_BUCKET` | needed; the bucket's name |
struct LocalBucket: ReleaseBucket {
    let name: String
    private let folder: String

    nonisolated init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        let folder = read.text("STORAGE_FOLDER")
        let bucket = read.value("STORAGE_BUCKET", expected: Bucket.expected) { Bucket($0, at: .google)?.name }
        name = try read.unwrap(bucket)
        self.folder = "\(folder)/\(name)"
        try read.finish()
    }

    func manifest(_ object: String) async throws(CommandFault) -> ReleaseManifest? {
        try await offLoop { () throws(CommandFault) in try read(object) }
    }

    func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(CommandFault) -> BucketChange {
        try await offLoop { () throws(CommandFault) in try copy(source, expected) }
    }

    func put(_ object: String, _ bytes: [UInt8]) async throws(CommandFault) {
        try await offLoop { () throws(CommandFault) in try write(object, bytes) }
    }

    private nonisolated func read(_ object: String) throws(CommandFault) -> ReleaseManifest? {
        do {
            return try ReleaseManifest(json: try FileReader.whole(path(object), limit: 1 << 24))
        } catch let fault as FileFault where fault.isMissing {
            return nil
        } catch {
            throw .failed("\(path(object)) is no manifest: what lies there was not published by this program")
        }
    }

    private nonisolated func copy(_ source: ReleaseSource, _ expected: FileDigest) throws(CommandFault) -> BucketChange
    {
        let destination = path(source.object.description)
        do {
            if try digest(of: destination) == expected { return .unchanged }
            try makeFolder(of: destination)
            var copy = try NewFile(destination)
            let digest = try FileDigest(of: source.path) { piece throws(FileFault) in try copy.append(piece) }
            guard digest == expected else { throw CommandFault.changed(source.path) }
            try copy.finish()
            return .copied
        } catch let fault as CommandFault {
            throw fault
        } catch {
            throw .failed("\(source.path) could not be copied to \(destination): \(error)")
        }
    }

    private nonisolated func write(_ object: String, _ bytes: [UInt8]) throws(CommandFault) {
        let destination = path(object)
        do {
            try makeFolder(of: destination)
            var file = try NewFile(destination)
            try file.append(bytes)
            try file.finish()
        } catch {
            throw .failed("\(destination) could not be written: \(error)")
        }
    }

    private nonisolated func path(_ object: String) -> String { "\(folder)/\(object)" }

    /// What lies at `path`; `nil` where nothing does.
    private nonisolated func digest(of path: String) throws(FileFault) -> FileDigest? {
        do { return try FileDigest(of: path) } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    private nonisolated func makeFolder(of file: String) throws(FileFault) {
        guard let slash = file.lastIndex(of: "/") else { return }
        try Folder.create(String(file[..<slash]))
    }
}
