package import Kernel
package import Settings

/// Where the database is and how many connections a process holds.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `DATABASE_URL` | needed; a libpq URL, `?host=/cloudsql/…` works; `sslmode` is `verify-full` when absent, and no less than `verify-ca`, unless the host is this machine |
/// | `DATABASE_POOL_SIZE` | connections at most, 1 to 64, 4 when absent |
package struct DatabaseSettings: Sendable {
    /// The libpq URL, which holds the password.
    package let url: Secret
    /// Connections at most.
    package var poolSize: Int
    /// Calls that may wait for a connection; one more is refused at once.
    package var queueLimit = 256
    /// How long a call waits for a connection.
    package var acquireTime: Duration = .seconds(5)
    /// How long a connection may take to be made.
    package var connectTime: Duration = .seconds(5)
    /// How long one round trip may take, here and (less a second) on the server.
    package var statementTime: Duration = .seconds(10)
    /// Whether a statement is planned once for each connection, for any values, and by its indexes alone.
    ///
    /// For those who send the same few statements again and again, each about single rows. Left to itself, Postgres may
    /// find a plan for any values dearer than one for these and plan anew each time, which costs a download six times
    /// what running it does; and a plan made while a table was small would read all of it when it is not any more.
    package var plansOnce = false

    /// Reads the settings; faults are kept by `read`.
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

    /// Settings given directly.
    package init(url: Secret, poolSize: Int) {
        self.url = url
        self.poolSize = poolSize
    }
}
