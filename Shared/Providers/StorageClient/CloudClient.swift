package import EventLoop
package import HTTP
import Kernel
import Outbound
package import Storage

/// A client of Google's APIs that retries calls where that may help.
///
/// All its calls are idempotent: signatures are deterministic, reads change nothing, an upload resumes at its offset,
/// and an abandoned upload session has no effect.
@Loop
package final class CloudClient {
    private let tokens: AccessTokens
    private let http: HTTPClient
    private let policy: RetryPolicy
    private let totalTimeout: Duration

    /// Creates a client without connections.
    ///
    /// - Parameters:
    ///   - totalTimeout: the limit on one call, including its token, all attempts and the delays between them.
    ///   - allowsPlain: whether `http://` may be used for hosts other than this machine.
    package init(
        _ tokens: AccessTokens, policy: RetryPolicy = .interactive, totalTimeout: Duration = .seconds(8),
        allowsPlain: Bool = false
    ) {
        self.tokens = tokens
        self.policy = policy
        self.totalTimeout = totalTimeout
        http = HTTPClient(allowsPlain: allowsPlain)
    }

    /// Makes a call and decodes the response.
    ///
    /// - Parameters:
    ///   - time: the limit on this call, instead of the client's.
    ///   - isOnce: whether the caller retries by itself.
    package func send<Answer>(
        _ request: CloudRequest<Answer>, within time: Duration? = nil, once isOnce: Bool = false
    ) async throws(CloudCallFault) -> Answer {
        let deadline = ContinuousClock.now + (time ?? totalTimeout)
        var (attempt, isRenewed) = (1, false)
        while true {
            let token = request.needsToken ? try await token(until: deadline, &attempt) : nil
            do throws(CloudCallFault) {
                return try await once(request, token, within: max(.milliseconds(1), deadline - .now))
            } catch {
                if let token, !isRenewed, error.isUnauthenticated, tokens.refuse(token) {
                    isRenewed = true
                } else {
                    if isOnce { throw error }
                    try await pause(after: error, &attempt, until: deadline)
                }
            }
        }
    }

    private func token(
        until deadline: ContinuousClock.Instant, _ attempt: inout Int
    ) async throws(CloudCallFault) -> AccessTokens.Held {
        while true {
            do throws(CloudCallFault) { return try await tokens.token() } catch {
                try await pause(after: error, &attempt, until: deadline)
            }
        }
    }

    /// Waits before the next attempt.
    ///
    /// - Throws: `fault` if there is none.
    private func pause(
        after fault: CloudCallFault, _ attempt: inout Int, until deadline: ContinuousClock.Instant
    ) async throws(CloudCallFault) {
        guard let pause = policy.wait(afterAttempt: attempt, fault.advice, random: .random(in: .min ... .max)),
            .now + pause < deadline
        else { throw fault }
        do { try await Loop.sleep(for: pause) } catch { throw fault }
        attempt += 1
    }

    private func once<Answer>(
        _ request: CloudRequest<Answer>, _ token: AccessTokens.Held?, within time: Duration
    ) async throws(CloudCallFault) -> Answer {
        let call = HTTPCall(
            request.method, request.url, fields: request.fields(token: token?.secret), body: request.body,
            connectTimeout: .seconds(3), totalTimeout: time, continuesTrace: true)
        let answer: HTTPAnswer
        do { answer = try await http.send(call) } catch { throw .unreachable(request.service, error) }
        do { return try request.answer(Response(answer)) } catch { throw .answered(request.service, error) }
    }
}

extension CloudCallFault {
    /// Whether and when to retry.
    package var advice: RetryAdvice {
        switch self {
        case .unreachable(_, .cancelled), .unreachable(_, .refusedByPolicy), .unreachable(_, .answerTooLarge):
            RetryAdvice(isWorthwhile: false, wait: nil)
        case .unreachable: .unanswered
        case .answered(_, let fault): fault.advice
        }
    }

    fileprivate var isUnauthenticated: Bool {
        guard case .answered(_, .unauthenticated) = self else { return false }
        return true
    }
}
