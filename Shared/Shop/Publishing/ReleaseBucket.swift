package import EventLoop
package import Files

/// A destination of releases.
///
/// An implementation never replaces a published file; storing the same bytes again succeeds.
@Loop
package protocol ReleaseBucket: Sendable {
    /// The bucket's name.
    nonisolated var name: String { get }

    /// Returns the manifest stored under this name; `nil` if there is none.
    func manifest(_ object: String) async throws(PublishFault) -> ReleaseManifest?

    /// Stores a copy of `source` under its object name, unless the same bytes are already there.
    ///
    /// - Parameter progress: called with the number of stored bytes during a long upload.
    /// - Throws: also if the file's digest is not `expected`.
    func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(PublishFault) -> BucketChange

    /// Stores a small object unless it exists.
    func put(_ object: String, _ bytes: [UInt8]) async throws(PublishFault)
}

/// The effect of storing an object.
package enum BucketChange: String, Sendable {
    case copied, unchanged
}
