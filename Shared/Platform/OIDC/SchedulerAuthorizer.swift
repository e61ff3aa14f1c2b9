import Crypto
package import EventLoop
package import HTTP
import JSON
package import Kernel
package import Log
import Outbound

/// Authorizes the scheduler, and no other caller, to call the task routes.
@Loop
package final class SchedulerAuthorizer {
    private let auth: TasksAuth
    private let keys: KeySetCache
    private let clock: WallClock
    private let log: Log

    /// Creates an authorizer; keys are fetched on first use.
    package init(_ settings: TasksSettings, log: Log, clock: WallClock = .system) {
        auth = settings.auth
        keys = KeySetCache(settings.keysURL, client: HTTPClient(), log: log, clock: clock)
        self.clock = clock
        self.log = log
    }

    /// Returns if `request` comes from the scheduler.
    ///
    /// - Throws: `.unauthenticated` for any other caller, without the reason; `.unavailable` if the caller cannot be
    ///   checked because the issuer's keys cannot be fetched.
    package func authorize(_ request: Request) async throws(Refusal) {
        switch auth {
        case .platform: return
        case .tokens(let secrets):
            guard let given = Credentials(request.fields)?.bearer.map({ Array($0.utf8) }) else {
                throw refuse("no bearer token")
            }
            let matches = secrets.map { ConstantTime.equal(given, Array($0.revealed().utf8)) }
            guard matches.contains(true) else { throw refuse("another token") }
        case .oidc(let expectation):
            guard let given = Credentials(request.fields)?.bearer else { throw refuse("no bearer token") }
            try await check(given, expectation)
        }
    }

    private func check(_ text: Substring, _ expectation: IdentityToken.Expectation) async throws(Refusal) {
        let known: KeySet?
        do { known = await keys.keys(naming: try IdentityToken.keyName(text)) } catch {
            throw refuse(error.description)
        }
        guard let known else { throw .unavailable(retryAfterSeconds: 5) }
        do {
            _ = try IdentityToken(verifying: text, keys: known, expecting: expectation, at: clock.now())
        } catch { throw refuse(error.description) }
    }

    /// Logs the reason, which the caller is not told.
    private func refuse(_ reason: String) -> Refusal {
        log(.warning, "a task's caller was not believed", [("reason", .string(reason))])
        return .unauthenticated(reason: "This route is for the scheduler.")
    }
}
