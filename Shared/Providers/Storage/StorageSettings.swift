package import HTTP
package import Kernel
package import Settings

/// Where released files lie and who signs the links to them.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STORAGE_BUCKET` | needed; the bucket's name |
/// | `STORAGE_BASE` | where the storage answers, `https://storage.googleapis.com` when absent; plain `http://` for a loopback host, or together with a test key |
/// | `STORAGE_SIGNER` | needed; `hmac:<access id>:<secret>`, `rsa:<file or JSON>` or `iam:<service account>` |
package struct StorageSettings: Sendable {
    /// Where released files lie.
    package let bucket: Bucket
    /// Who signs the links.
    package let signer: StorageSigner
    private let recent = RecentLinks()

    /// Reads the settings; `nil` when one of them is at fault, which `read` keeps.
    ///
    /// - Parameters:
    ///   - allowsPlain: whether only test money moves, so that `http://` may go to any host.
    ///   - readFile: reads the file that an `rsa:` signer names; it is called here and never again.
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

    /// A link to `object` that serves `method` for a while; needs no one's answer.
    package func link(
        _ object: ObjectName, for method: Method, size: Int64, at now: Instant
    ) throws(SigningFault) -> String {
        try recent.link(.init(object: object, method: method, size: size), at: now) { () throws(SigningFault) in
            try DownloadLink.make(object, for: method, size: size, in: bucket, at: now, signer: signer)
        }
    }
}
