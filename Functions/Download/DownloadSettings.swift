import Crypto
import Files
import Limits
import Postgres
import RateLimiting
import Server
import Settings
import Storage
import StorageClient

/// The settings of the download function, besides `ServerSettings`, `DatabaseSettings`, `PublicURL`, `StorageSettings`,
/// `CloudSettings` and `RateLimitTable`.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `TOKEN_SECRETS` | needed; `version:base64,…`, any of them verifies a link |
struct DownloadSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let publicURL: PublicURL
    let tokenSecrets: VersionedSecrets
    let storage: StorageSettings
    let cloud: CloudSettings
    let limits: RateLimitTable

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read, plansOnce: true)
        limits = RateLimitTable(&read)
        let publicURL = PublicURL(&read)
        let secrets = read.value("TOKEN_SECRETS", expected: VersionedSecrets.expected) { VersionedSecrets($0) }
        let storage = StorageSettings(&read) { path in try? FileReader.whole(path) }
        let cloud = CloudSettings(&read)
        self.publicURL = try read.unwrap(publicURL)
        tokenSecrets = try read.unwrap(secrets)
        self.storage = try read.unwrap(storage)
        self.cloud = try read.unwrap(cloud)
        try read.finish()
    }
}
