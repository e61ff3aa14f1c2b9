package import Files
package import Postgres
package import StorageClient

/// Why a release was not published; buyers see no change.
package enum PublishFault: Error, Equatable, Sendable {
    /// The catalog has no such product; `known` lists those it has.
    case noProduct(slug: String, known: [String])
    /// A file of the release could not be read.
    case unreadable(path: String, FileFault)
    /// A file of the release is empty.
    case empty(path: String)
    /// A file of the release changed while it was read.
    case changed(path: String)
    /// The version is already published with other content; `objects` lists the differences.
    case otherContent(objects: [String])
    /// The files do not form a valid manifest.
    case manifest(ReleaseManifest.Fault)
    /// The object at the manifest's place is not a manifest.
    case notManifest(place: String)
    /// A file could not be copied into the bucket's folder.
    case notCopied(path: String, to: String, FileFault)
    /// A small object could not be written into the bucket's folder.
    case notWritten(path: String, FileFault)
    /// Cloud Storage did not store an object.
    case storage(StorageFault)
    case database(PostgresFault)
}

/// Why Cloud Storage did not store an object.
package enum StorageFault: Error, Equatable, Sendable {
    /// An object of this name exists with other content.
    case otherObject(place: String)
    /// An object of this name existed when it was written, and did not a moment later.
    case vanished(place: String)
    /// The content that arrived does not match the stated checksum.
    case rejected(path: String)
    /// The stored content differs from what was sent; the object exists and must not be trusted.
    case altered(place: String)
    /// Cloud Storage lost the upload session on every attempt.
    case sessionsLost(object: String)
    /// A call to Cloud Storage for this bucket at this origin failed.
    case call(CloudCallFault, bucket: String, origin: String)
}
