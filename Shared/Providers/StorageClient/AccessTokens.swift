package import EventLoop
import HTTP
package import Kernel
import Outbound
import Storage

/// The access token of whoever this process is to Google, fetched when it is first needed and again before it is over.
///
/// However many ask at once, one fetch is under way.
@Loop
package final class AccessTokens {
    /// Where tokens come from.
    package enum Source: Sendable {
        /// The metadata server of this name: the service account that the process runs as.
        case metadata(host: String)
        /// Someone who has one already; there is no other when it is over.
        case given(Secret)
    }

    /// A token to call with.
    struct Held: Sendable {
        let secret: Secret
        /// Tells it from those before and after, which must not be compared by themselves.
        let number: Int
    }

    /// No token is used that is over in less: a call and its repeats take a part of that.
    package nonisolated static let margin: Duration = .seconds(60)
    /// One fetch from the machine's own server takes no longer.
    package nonisolated static let deadline: Duration = .seconds(3)

    private let source: Source
    private let client: HTTPClient
    private let clock: WallClock
    private var held: (token: Held, from: Instant, until: Instant)?
    private var count = 0
    private var fetching: Task<Result<Held, CloudCallFault>, Never>?

    /// A source with no token yet.
    package init(_ source: Source, clock: WallClock = .system) {
        self.source = source
        self.clock = clock
        // The metadata server speaks no TLS; what its name may be is the settings' business.
        client = HTTPClient(allowsPlain: true, connectionsPerHost: 1, connections: 1)
    }

    /// A token that is good for a while.
    func token() async throws(CloudCallFault) -> Held {
        switch source {
        case .given(let secret): return Held(secret: secret, number: 0)
        case .metadata(let host):
            let now = clock.now()
            // A clock that was set back makes nothing last longer.
            if let held, held.from <= now, now < held.until { return held.token }
            let fetch = fetching ?? Loop.start { await self.fetch(host) }
            fetching = fetch
            return try await fetch.value.get()
        }
    }

    /// Takes note that a token is not accepted; `true` when there can be another.
    func refuse(_ token: Held) -> Bool {
        guard case .metadata = source else { return false }
        if held?.token.number == token.number { held = nil }
        return true
    }

    private func fetch(_ host: String) async -> Result<Held, CloudCallFault> {
        defer { fetching = nil }
        let request = CloudRequest.token(at: host)
        let call = HTTPCall(
            request.method, request.url, fields: request.fields, connectTimeout: .seconds(1),
            totalTimeout: AccessTokens.deadline, maxAnswerBytes: 16 << 10, continuesTrace: true)
        let asked = clock.now()
        let answer: HTTPAnswer
        do throws(OutboundFault) { answer = try await client.send(call) } catch {
            return .failure(.unreachable(.metadata, error))
        }
        do throws(CloudFault) {
            return .success(keep(try request.answer(Response(answer)), askedAt: asked))
        } catch { return .failure(.answered(.metadata, error)) }
    }

    private func keep(_ token: AccessToken, askedAt asked: Instant) -> Held {
        count += 1
        let fresh = Held(secret: token.secret, number: count)
        held = (fresh, from: asked, until: asked + token.lifetime - AccessTokens.margin)
        return fresh
    }
}

extension Response {
    /// An answer as what is made of bytes alone reads it.
    init(_ answer: HTTPAnswer) { self.init(status: answer.status, fields: answer.fields, body: answer.body) }
}
