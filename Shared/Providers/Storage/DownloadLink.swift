package import HTTP
package import Kernel

/// Signed links to a file.
package enum DownloadLink {
    /// Returns the lifetime, in seconds, of a link to a file of `size` bytes: 5 minutes plus one second per megabyte,
    /// at most 15 minutes.
    ///
    /// A link need only live until the transfer starts or resumes; after that the buyer's page makes a new one.
    package static func lifetime(size: Int64) -> Int { min(300 + Int(max(size, 0) / 1_000_000), 900) }

    /// Returns a link to `object` that is saved under its file name; it is valid only for `method`.
    package static func make(
        _ object: ObjectName, for method: Method = .get, size: Int64, in bucket: Bucket, at now: Instant,
        signer: StorageSigner
    ) throws(SigningFault) -> String {
        try signer.link(for: try request(object, for: method, size: size, in: bucket, at: now))
    }

    /// Returns the request for such a link, not yet signed.
    package static func request(
        _ object: ObjectName, for method: Method, size: Int64, in bucket: Bucket, at now: Instant
    ) throws(SigningFault) -> V4Request {
        let disposition = ContentDisposition.attachment(fileName: object.file)
        guard
            let request = V4Request(
                method: method, bucket: bucket, object: object.description,
                query: ["response-content-disposition": disposition], signedAt: now, lifetime: lifetime(size: size))
        else { throw .cannotSign }
        return request
    }
}
