import Kernel
import Settings
import Storage
import StorageClient

extension AccessTokens.Source {
    /// Reads the token of `gcloud auth print-access-token` from the environment, else uses the metadata server; `nil`
    /// after a fault, which `read` keeps.
    init?(_ read: inout SettingsReader) {
        let cloud = CloudSettings(&read)
        let given = read.text("GOOGLE_OAUTH_ACCESS_TOKEN", default: "")
        guard given.isEmpty || AccessToken.isToken(given) else {
            read.reject("GOOGLE_OAUTH_ACCESS_TOKEN", expected: AccessToken.expected)
            return nil
        }
        guard let cloud else { return nil }
        self = given.isEmpty ? .metadata(host: cloud.metadataHost) : .given(Secret(given))
    }
}
