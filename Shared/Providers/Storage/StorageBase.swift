package import Kernel

/// The storage's scheme and host; signatures cover the host.
package typealias StorageBase = WebOrigin

extension StorageBase {
    /// Google Cloud Storage.
    package static let google = WebOrigin(https: "storage.googleapis.com")
}
