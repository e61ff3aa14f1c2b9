import EventLoop
import HTTP
import Kernel
import Storage
import StorageClient

/// A signer of links to files.
enum LinkMaker: Sendable {
    typealias Local = @Sendable (ObjectName, Method, Int64, Instant) throws(SigningFault) -> String
    typealias Remote = @Sendable (ObjectName, Method, Int64, Instant) async throws(LinkFault) -> String

    /// A local key: signing needs no call.
    case local(Local)
    /// A remote service that signs, and may be unavailable.
    case remote(Remote)

    /// Creates the signer that the settings call for.
    @Loop
    init(_ storage: StorageSettings, _ cloud: CloudSettings) {
        guard case .iam(let account) = storage.signer else {
            self = .local(storage.link)
            return
        }
        let client = CloudClient(AccessTokens(.metadata(host: cloud.metadataHost)))
        self = .remote(RemoteSigner(account, bucket: storage.bucket, at: cloud.credentialsBase, client: client).link)
    }
}
