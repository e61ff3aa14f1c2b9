import HTTP
import JSON
import Kernel
import Postgres
import Server

@main
enum Main {
    static func main() {
        runFunction("ping") { (settings: PingSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            try await serve(
                settings.server, limits: ServerLimits(), log: log, routes: ["/ping"], isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in
                    guard request.path == "/ping" else { throw .notFound }
                    try request.requireMethod(.get)
                    return .json(.object([("pong", .integer(1))]))
                })
            pool.close()
        }
    }
}
