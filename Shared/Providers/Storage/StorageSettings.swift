package import HTTP
package import Kernel
package import Settings

/// The bucket of released files and the signer of links to them.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STORAGE_BUCKET` | needed; the bucket's name |
/// | `STORAGE_BASE` | the storage's base URL, `https://storage.googleapis.com` when absent; plain `http://` for a loopback host, or together with a test key |
/// | `STORAGE_SIGNER` | needed; `hmac:<access id>:<secret>`, `rsa:<file or JSON>` or `iam:<service account>` |
package struct StorageSettings: Sendable {
    /// The bucket of released files.
    package let bucket: Bucket
    /// The signer of links.
    package let signer: StorageSigner
    private let recent = RecentLinks()

    /// Reads the settings; returns `nil` if one is invalid, after recording the fault in `read`.
    ///
    /// - Parameters:
    ///   - allowsPlain: whether only test money is at stake, so that `http://` is allowed for any host.
    ///   - readFile: reads the file that an `rsa:` signer names; called only during this call.
    package init?(
        _ read: inout SettingsReader, allowsPlain: Bool = false, readFile: (String) -> [UInt8]?
    ) {
        let base = read.origin("STORAGE_BASE", default: StorageBase.google.text, allowsPlain: allowsPlain)
        let bucket = read.value("STORAGE_BUCKET", expected: Bucket.expected) { Bucket($0, at: base ?? .google) }
        let signer = read.value("STORAGE_SIGNER", expected: StorageSigner.expected) {
            StorageSigner($0, readFile: readFile)
        }
        guard base != nil, let bucket, let signer else { return nil }
        self.bucket = bucket
        self.signer = signer
    }

    /// Returns a link to `object`, valid only for `method` and for a limited time; makes no network call.
    package func link(
        _ object: ObjectName, for method: Method, size: Int64, at now: Instant
    ) throws(SigningFault) -> String {
        try recent.link(.init(object: object, method: method, size: size), at: now) { () throws(SigningFault) in
            try DownloadLink.make(object, for: method, size: size, in: bucket, at: now, signer: signer)
        }
    }
}
