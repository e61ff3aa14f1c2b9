import EventLoop
import HTTP
import Kernel
import Storage
import StorageClient

extension Doctor {
    /// Checks that links to files can be signed, by calling the signing service if there is one.
    func signer(_ settings: ShopSettings) async -> Check {
        guard let storage = settings.storage else {
            return .skipped("storage signer", "needs STORAGE_BUCKET and STORAGE_SIGNER")
        }
        guard let object = ObjectName("latchkey/0/probe/none") else { return .skipped("storage signer", "no probe") }
        do throws(LinkFault) {
            switch storage.signer {
            case .hmac: try sign(object, storage)
            case .rsa: try sign(object, storage)
            case .iam(let account):
                guard let signing = settings.signing else {
                    return .skipped("storage signer", "needs GCE_METADATA_HOST and IAM_CREDENTIALS_BASE to be usable")
                }
                let signer = RemoteSigner(
                    account, bucket: storage.bucket, at: signing.cloud.credentialsBase,
                    client: CloudClient(AccessTokens(signing.tokens)))
                _ = try await signer.link(object, for: .get, size: 1, at: clock.now())
            }
            return .passed("storage signer", "signs links to \(storage.bucket.name) with \(storage.signer.kind)")
        } catch {
            return .failed("storage signer", error.description, advice: advice(error))
        }
    }

    private func sign(_ object: ObjectName, _ storage: StorageSettings) throws(LinkFault) {
        do throws(SigningFault) { _ = try storage.link(object, for: .get, size: 1, at: clock.now()) } catch {
            throw .local(error)
        }
    }

    private func advice(_ fault: LinkFault) -> String {
        switch fault {
        case .local: "make a new key for STORAGE_SIGNER"
        case .remote(.unreachable(.metadata, _)), .remote(.answered(.metadata, _)):
            "outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"
        case .remote(.answered(_, .forbidden)), .remote(.answered(_, .notFound)):
            "switch the IAM Service Account Credentials API on, and grant roles/iam.serviceAccountTokenCreator on the "
                + "service account in STORAGE_SIGNER to whoever asks"
        case .remote(.answered(_, .unauthenticated)): "take a new access token: the one at hand is over"
        case .remote: "check IAM_CREDENTIALS_BASE and the way out to it"
        }
    }
}

extension StorageSigner {
    /// The description of the signer.
    fileprivate var kind: String {
        switch self {
        case .hmac: "an HMAC key"
        case .rsa: "a service account's key"
        case .iam(let account): "\(account)'s signature"
        }
    }
}
