import EventLoop
import Files
import Storage

/// Where releases are published.
///
/// Whoever keeps this promise never puts other bytes in the place of a published file, and takes the same bytes twice.
@Loop
protocol ReleaseBucket: Sendable {
    /// Its name, for the person who publishes.
    nonisolated var name: String { get }

    /// The manifest that lies under this name; `nil` when there is none.
    func manifest(_ object: String) async throws(CommandFault) -> ReleaseManifest?

    /// Puts a copy of `source` under its name, unless the same bytes lie there.
    ///
    /// - Parameter progress: told how many bytes have arrived, where that takes a while.
    /// - Throws: also when the file is not the one whose digest was taken.
    func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(CommandFault) -> BucketChange

    /// Puts a small object where there is none.
    func put(_ object: String, _ bytes: [UInt8]) async throws(CommandFault)
}

/// What putting an object did.
enum BucketChange: String, Sendable {
    case copied, unchanged
}
