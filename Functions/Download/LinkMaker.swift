import EventLoop
import HTTP
import Kernel
import Storage
import StorageClient

/// What makes links to files.
enum LinkMaker: Sendable {
    typealias OnTheSpot = @Sendable (ObjectName, Method, Int64, Instant) throws(SigningFault) -> String
    typealias Asking = @Sendable (ObjectName, Method, Int64, Instant) async throws(LinkFault) -> String

    /// A key that is here: nobody is asked, so nothing is waited for.
    case onTheSpot(OnTheSpot)
    /// A service that signs, and may be away.
    case asking(Asking)

    /// What the settings ask for.
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
