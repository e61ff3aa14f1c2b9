import Postgres
import Server
import Settings

/// The settings of ping: `ServerSettings` and `DatabaseSettings`.
struct PingSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read)
        try read.finish()
    }
}
