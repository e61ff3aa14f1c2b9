package import EventLoop
package import Files

/// Where releases are published.
///
/// An implementation never replaces the bytes of a published file, and storing the same bytes again is no fault.
@Loop
package protocol ReleaseBucket: Sendable {
    /// The bucket's name.
    nonisolated var name: String { get }

    /// Returns the manifest stored under this name; `nil` if there is none.
    func manifest(_ object: String) async throws(PublishFault) -> ReleaseManifest?

    /// Stores a copy of `source` under its object name, unless the same bytes are there already.
    ///
    /// - Parameter progress: called with the number of stored bytes, where storing takes a while.
    /// - Throws: also if the file's digest is not `expected`.
    func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(PublishFault) -> BucketChange

    /// Stores a small object where there is none.
    func put(_ object: String, _ bytes: [UInt8]) async throws(PublishFault)
}

/// What storing an object did.
package enum BucketChange: String, Sendable {
    case copied, unchanged
}
