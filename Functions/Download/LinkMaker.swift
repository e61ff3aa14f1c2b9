import EventLoop
import HTTP
import Kernel
import Storage
import StorageClient

/// A signer of links to files.
enum LinkMaker: Sendable {
    typealias OnTheSpot = @Sendable (ObjectName, Method, Int64, Instant) throws(SigningFault) -> String
    typealias Asking = @Sendable (ObjectName, Method, Int64, Instant) async throws(LinkFault) -> String

    /// A local key: signing needs no call.
    case onTheSpot(OnTheSpot)
    /// A remote service that signs, and may be unavailable.
    case asking(Asking)

    /// Creates the signer that the settings call for.
    @Loop
    init(_ storage: StorageSettings, _ cloud: CloudSettings) {
        guard case .iam(let account) = storage.signer else {
            self = .onTheSpot(storage.link)
            return
        }
        let client = CloudClient(AccessTokens(.metadata(host: cloud.metadataHost)))
        self = .asking(RemoteSigner(account, bucket: storage.bucket, at: cloud.credentialsBase, client: client).link)
    }
}
