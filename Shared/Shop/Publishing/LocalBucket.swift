import EventLoop
package import Files
import Storage

/// A bucket in a local folder: `<folder>/<bucket>/<object>`.
///
/// An existing file with different content, such as a partial copy, is replaced.
package struct LocalBucket: ReleaseBucket {
    package let name: String
    private let folder: String

    /// Creates the bucket `name` in `folder`.
    package nonisolated init(_ name: String, in folder: String) {
        self.name = name
        self.folder = "\(folder)/\(name)"
    }

    package func manifest(_ object: String) async throws(PublishFault) -> ReleaseManifest? {
        try await Loop.onWorker { () throws(PublishFault) in try read(object) }
    }

    package func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(PublishFault) -> BucketChange {
        try await Loop.onWorker { () throws(PublishFault) in try copy(source, expected) }
    }

    package func put(_ object: String, _ bytes: [UInt8]) async throws(PublishFault) {
        try await Loop.onWorker { () throws(PublishFault) in try write(object, bytes) }
    }

    private nonisolated func read(_ object: String) throws(PublishFault) -> ReleaseManifest? {
        let bytes: [UInt8]
        do { bytes = try FileReader.whole(path(object), limit: 1 << 24) } catch {
            if error.isMissing { return nil }
            throw .notManifest(place: path(object))
        }
        do { return try ReleaseManifest(json: bytes) } catch { throw .notManifest(place: path(object)) }
    }

    private nonisolated func copy(_ source: ReleaseSource, _ expected: FileDigest) throws(PublishFault) -> BucketChange
    {
        let destination = path(source.object.description)
        do {
            if try digest(of: destination) == expected { return .unchanged }
            try makeFolder(of: destination)
            var copy = try NewFile(destination)
            let digest = try FileDigest(of: source.path) { piece throws(FileFault) in try copy.append(piece) }
            if digest == expected {
                try copy.finish()
                return .copied
            }
        } catch { throw .notCopied(path: source.path, to: destination, error) }
        throw .changed(path: source.path)
    }

    private nonisolated func write(_ object: String, _ bytes: [UInt8]) throws(PublishFault) {
        let destination = path(object)
        do {
            try makeFolder(of: destination)
            var file = try NewFile(destination)
            try file.append(bytes)
            try file.finish()
        } catch { throw .notWritten(path: destination, error) }
    }

    private nonisolated func path(_ object: String) -> String { "\(folder)/\(object)" }

    /// Returns the digest of the file at `path`; `nil` if there is none.
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
