import Crypto
package import EventLoop
package import HTTP
import Identity
import JSON
package import Kernel
package import Log
import Outbound

/// Lets the scheduler in to the task routes, and nobody else.
@Loop
package final class TaskDoor {
    private let auth: TasksAuth
    private let keys: KeySetCache
    private let clock: WallClock
    private let log: Log

    /// A door that asks for nothing yet.
    package init(_ settings: TasksSettings, log: Log, clock: WallClock = .system) {
        auth = settings.auth
        keys = KeySetCache(settings.keysURL, client: HTTPClient(), log: log, clock: clock)
        self.clock = clock
        self.log = log
    }

    /// Lets `request` pass or not.
    ///
    /// - Throws: `.unauthenticated` for whoever is not the scheduler, without saying why; `.unavailable` when it cannot
    ///   be told, because the issuer's keys cannot be had.
    package func admit(_ request: Request) async throws(Refusal) {
        switch auth {
        case .platform: return
        case .tokens(let secrets):
            guard let given = bearer(request).map({ Array($0.utf8) }) else { throw refuse("no bearer token") }
            let matches = secrets.map { ConstantTime.equal(given, Array($0.revealed().utf8)) }
            guard matches.contains(true) else { throw refuse("another token") }
        case .oidc(let expectation):
            guard let given = bearer(request) else { throw refuse("no bearer token") }
            try await check(given, expectation)
        }
    }

    private func check(_ text: Substring, _ expectation: IdentityToken.Expectation) async throws(Refusal) {
        let known: KeySet?
        do throws(TokenFault) { known = await keys.keys(naming: try IdentityToken.keyName(text)) } catch {
            throw refuse(error.description)
        }
        guard let known else { throw .unavailable(retryAfterSeconds: 5) }
        do throws(TokenFault) {
            _ = try IdentityToken(verifying: text, keys: known, expecting: expectation, at: clock.now())
        } catch { throw refuse(error.description) }
    }

    private func bearer(_ request: Request) -> Substring? {
        let prefix = "Bearer "
        return request.fields["authorization"].flatMap { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : nil }
    }

    /// Why is for the log alone.
    private func refuse(_ reason: String) -> Refusal {
        log(.warning, "a task's caller was not believed", [("reason", .string(reason))])
        return .unauthenticated(reason: "This route is for the scheduler.")
    }
}
