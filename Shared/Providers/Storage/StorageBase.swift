package import Kernel

/// The scheme and host at which the storage answers; a signature covers the host.
package typealias StorageBase = WebOrigin

extension StorageBase {
    /// Google Cloud Storage itself.
    package static let google = WebOrigin(https: "storage.googleapis.com")
}
