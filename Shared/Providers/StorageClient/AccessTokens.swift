package import EventLoop
import HTTP
package import Kernel
import Outbound
import Storage

/// The process's Google access token, fetched on first use and again before it expires.
///
/// Concurrent callers share one fetch.
@Loop
package final class AccessTokens {
    /// The source of tokens.
    package enum Source: Sendable {
        /// The metadata server at this host: the service account that the process runs as.
        case metadata(host: String)
        /// A given token, which cannot be renewed.
        case given(Secret)
    }

    /// A token in use.
    struct Held: Sendable {
        let secret: Secret
        /// Identifies the token, because tokens themselves are not compared.
        let number: Int
    }

    /// The minimum remaining lifetime of a token in use: enough for a call and its retries.
    package nonisolated static let margin: Duration = .seconds(60)
    /// The timeout of a fetch from the metadata server.
    package nonisolated static let deadline: Duration = .seconds(3)

    private let source: Source
    private let client: HTTPClient
    private let clock: WallClock
    private var held: (token: Held, from: Instant, until: Instant)?
    private var count = 0
    private var fetching: Task<Result<Held, CloudCallFault>, Never>?

    /// Creates a source without a token.
    package init(_ source: Source, clock: WallClock = .system) {
        self.source = source
        self.clock = clock
        // The metadata server has no TLS; the settings restrict its name.
        client = HTTPClient(allowsPlain: true, connectionsPerHost: 1, connections: 1)
    }

    /// Returns a token that is valid for at least `margin`.
    func token() async throws(CloudCallFault) -> Held {
        switch source {
        case .given(let secret): return Held(secret: secret, number: 0)
        case .metadata(let host):
            let now = clock.now()
            // A clock that was set back must not extend a token's life.
            if let held, held.from <= now, now < held.until { return held.token }
            let fetch = fetching ?? Loop.start { await self.fetch(host) }
            fetching = fetch
            return try await fetch.value.get()
        }
    }

    /// Records that a token was rejected; returns `true` if it can be renewed.
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
        let requestedAt = clock.now()
        let answer: HTTPAnswer
        do throws(OutboundFault) { answer = try await client.send(call) } catch {
            return .failure(.unreachable(.metadata, error))
        }
        do throws(CloudFault) {
            return .success(keep(try request.answer(Response(answer)), requestedAt: requestedAt))
        } catch { return .failure(.answered(.metadata, error)) }
    }

    private func keep(_ token: AccessToken, requestedAt: Instant) -> Held {
        count += 1
        let fresh = Held(secret: token.secret, number: count)
        held = (fresh, from: requestedAt, until: requestedAt + token.lifetime - AccessTokens.margin)
        return fresh
    }
}

extension Response {
    /// Converts a response for the parsers in module Storage, which does no input or output.
    init(_ answer: HTTPAnswer) { self.init(status: answer.status, fields: answer.fields, body: answer.body) }
}
