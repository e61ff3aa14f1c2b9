package import EventLoop
package import HTTP
package import Kernel
package import Outbound
package import Stripe

/// Why a call to Stripe failed.
package enum StripeCallFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// There was no response.
    case unreachable(OutboundFault)
    /// Stripe responded with an error.
    case answered(StripeFault)

    package var description: String {
        switch self {
        case .unreachable(let fault): "stripe unreachable: \(fault)"
        case .answered(let fault): "stripe answered: \(fault)"
        }
    }

    /// Whether Stripe has no object with the requested ID.
    package var isNotFound: Bool {
        guard case .answered(let fault) = self else { return false }
        return fault.context.status == 404
    }

    /// The parameter of ours that Stripe refused, if it named one.
    package var refusedParameter: String? {
        guard case .answered(.refused(_, let parameter, _, _)) = self else { return nil }
        return parameter
    }

    /// The refusal for the client: «try again» if Stripe may recover, else that Stripe rejected our request.
    package var refusal: Refusal {
        switch self {
        case .unreachable: .unavailable(retryAfterSeconds: 5)
        case .answered(.retryable): .unavailable(retryAfterSeconds: 5)
        case .answered: .badGateway
        }
    }
}

/// A client of Stripe's API that retries calls where that is safe and may help.
@Loop
package final class StripeClient {
    /// The maximum number of concurrent calls; further ones wait.
    ///
    /// A call takes some 300 ms and Stripe allows an account 100 a second, so one process can use the whole allowance:
    /// <https://docs.stripe.com/rate-limits>.
    private static let connections = 32

    private let settings: StripeSettings
    private let http: HTTPClient
    private let policy: RetryPolicy
    private let totalTimeout: Duration
    private let answerBytes: Int

    /// Creates a client without connections.
    ///
    /// - Parameters:
    ///   - totalTimeout: the limit on one call, including all attempts and the delays between them.
    ///   - answerBytes: the maximum length of a response; a page of a list has up to a hundred objects.
    package init(
        _ settings: StripeSettings, policy: RetryPolicy = .interactive, totalTimeout: Duration = .seconds(10),
        answerBytes: Int = 1 << 20
    ) {
        self.settings = settings
        self.policy = policy
        self.totalTimeout = totalTimeout
        self.answerBytes = answerBytes
        http = HTTPClient(
            allowsPlain: settings.isTest, connectionsPerHost: StripeClient.connections,
            connections: StripeClient.connections)
    }

    /// Makes a call and decodes the response.
    ///
    /// A call is retried only if it is a `GET` or carries an idempotency key.
    package func send<Answer>(_ request: StripeRequest<Answer>) async throws(StripeCallFault) -> Answer {
        let isSafe = request.method == .get || request.idempotencyKey != nil
        let deadline = ContinuousClock.now + totalTimeout
        var attempt = 1
        while true {
            do {
                return try await once(request, within: max(.milliseconds(1), deadline - .now))
            } catch {
                guard isSafe, error != .unreachable(.cancelled(.notSent)),
                    let pause = policy.wait(afterAttempt: attempt, error.advice, random: .random(in: .min ... .max)),
                    .now + pause < deadline
                else { throw error }
                do { try await Loop.sleep(for: pause) } catch { throw .unreachable(.cancelled(.notSent)) }
                attempt += 1
            }
        }
    }

    private func once<Answer>(
        _ request: StripeRequest<Answer>, within time: Duration
    ) async throws(StripeCallFault) -> Answer {
        let call = HTTPCall(
            request.method, settings.base + request.target, fields: request.fields(apiKey: settings.key),
            body: request.body, connectTimeout: .seconds(3), totalTimeout: time, maxAnswerBytes: answerBytes)
        let answer = try await mapError(StripeCallFault.unreachable, await http.send(call))
        do {
            return try request.answer(Response(status: answer.status, fields: answer.fields, body: answer.body))
        } catch { throw .answered(error) }
    }
}

extension StripeCallFault {
    fileprivate var advice: RetryAdvice {
        switch self {
        case .unreachable: .unanswered
        case .answered(let fault): fault.advice
        }
    }
}
