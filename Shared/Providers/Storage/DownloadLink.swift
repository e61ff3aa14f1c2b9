package import HTTP
package import Kernel

/// Links that a buyer follows to the file itself.
package enum DownloadLink {
    /// How long a link to a file of `size` bytes is good: 5 minutes and a second for every megabyte, 15 minutes at
    /// most.
    ///
    /// The link need only live until the transfer begins or is taken up again; after that the buyer's page makes a
    /// fresh one.
    package static func lifetime(size: Int64) -> Int { min(300 + Int(max(size, 0) / 1_000_000), 900) }

    /// A link to `object` that is saved under its file name; it serves `method` and no other.
    package static func make(
        _ object: ObjectName, for method: Method = .get, size: Int64, in bucket: Bucket, at now: Instant,
        signer: StorageSigner
    ) throws(SigningFault) -> String {
        try signer.link(for: try request(object, for: method, size: size, in: bucket, at: now))
    }

    /// The same before anyone has signed it.
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
