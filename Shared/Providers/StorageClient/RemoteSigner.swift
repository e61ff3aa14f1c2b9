package import EventLoop
package import HTTP
package import Kernel
package import Storage

/// Signs links remotely, as a service account without a local key.
@Loop
package final class RemoteSigner {
    private let account: String
    private let bucket: Bucket
    private let base: WebOrigin
    private let client: CloudClient
    private var cache = LinkCache()
    private var signing: [LinkCache.Key: Task<Result<String, LinkFault>, Never>] = [:]

    /// Creates a signer without cached links.
    ///
    /// - Parameter account: the service account's e-mail address.
    package init(_ account: String, bucket: Bucket, at base: WebOrigin, client: CloudClient) {
        self.account = account
        self.bucket = bucket
        self.base = base
        self.client = client
    }

    /// Returns a link to `object`, valid only for `method` and for a limited time.
    ///
    /// Concurrent calls for one file share one signature request; cancelling a caller does not stop it.
    package func link(
        _ object: ObjectName, for method: Method, size: Int64, at now: Instant
    ) async throws(LinkFault) -> String {
        let key = LinkCache.Key(object: object, method: method)
        if let link = cache.link(key, at: now) { return link }
        let task = signing[key] ?? Loop.start { await self.sign(key, size: size, at: now) }
        signing[key] = task
        return try await task.value.get()
    }

    private func sign(_ key: LinkCache.Key, size: Int64, at now: Instant) async -> Result<String, LinkFault> {
        defer { signing[key] = nil }
        let request: V4Request
        do throws(SigningFault) {
            request = try DownloadLink.request(key.object, for: key.method, size: size, in: bucket, at: now)
        } catch { return .failure(.local(error)) }
        let unsigned = request.unsigned(by: StorageSigner.iam(serviceAccount: account).identity)
        do throws(CloudCallFault) {
            let signature = try await client.send(
                .signBlob(Array(unsigned.stringToSign.utf8), as: account, at: base))
            let link = unsigned.signed(with: signature.bytes)
            cache.keep(link, key, madeAt: now)
            return .success(link)
        } catch { return .failure(.remote(error)) }
    }
}
