import OIDC
import Postgres
import Reconciliation
import Server
import Settings

/// The settings of reconcile: `ServerSettings`, `DatabaseSettings`, `ReconciliationSettings`, `TasksSettings`.
struct ReconcileSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let reconciliation: ReconciliationSettings
    let tasks: TasksSettings

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read)
        let reconciliation = ReconciliationSettings(&read)
        let tasks = TasksSettings(&read)
        self.reconciliation = try read.unwrap(reconciliation)
        self.tasks = try read.unwrap(tasks)
        try read.finish()
    }
}
