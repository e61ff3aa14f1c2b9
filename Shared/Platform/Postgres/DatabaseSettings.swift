package import Kernel
package import Settings

/// The database's address and the size of the connection pool.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `DATABASE_URL` | needed; a libpq URL, `?host=/cloudsql/…` works; `sslmode` is `verify-full` when absent, and no less than `verify-ca`, unless the host is this machine |
/// | `DATABASE_POOL_SIZE` | maximum connections, 1 to 64, 4 when absent |
package struct DatabaseSettings: Sendable {
    /// The libpq URL, which contains the password.
    package let url: Secret
    /// The maximum number of connections.
    package var poolSize: Int
    /// The maximum number of calls waiting for a connection; further calls are refused at once.
    package var queueLimit = 256
    /// How long a call waits for a connection.
    package var acquireTime: Duration = .seconds(5)
    /// The timeout for opening a connection.
    package var connectTime: Duration = .seconds(5)
    /// The timeout for one round trip, here and (less a second) on the server.
    package var statementTime: Duration = .seconds(10)
    /// Whether statements use generic plans, without sequential scans.
    ///
    /// For callers that repeat the same few statements, each about single rows. By default, Postgres may estimate a
    /// generic plan as costlier than a custom one and plan each execution anew, which costs a download six times its
    /// execution; and a plan made while a table was small would scan all of it after it has grown.
    package var plansOnce = false

    /// Reads the settings; `read` collects faults.
    package init(_ read: inout SettingsReader, plansOnce: Bool = false) {
        self.plansOnce = plansOnce
        url =
            read.value(
                "DATABASE_URL",
                expected: "a URL that begins with postgres:// or postgresql://, with \(TransportRule.expected)"
            ) { text in
                guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else { return nil }
                return ConnectionParameters.accepts(Secret(text)) ? Secret(text) : nil
            } ?? Secret("")
        poolSize = read.integer("DATABASE_POOL_SIZE", in: 1...64, default: 4)
    }

    /// Creates settings with default limits and timeouts.
    package init(url: Secret, poolSize: Int) {
        self.url = url
        self.poolSize = poolSize
    }
}
