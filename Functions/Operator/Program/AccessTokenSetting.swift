import Kernel
import Settings
import Storage
import StorageClient

extension AccessTokens.Source {
    /// Where a person's command gets its access token: from the environment, as `gcloud auth print-access-token` gives it
    /// and Terraform takes it too, else from the metadata server.
    ///
    /// `nil` when a setting is at fault, which `read` keeps.
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
