package import EventLoop
package import HTTP
package import Kernel
package import Outbound
package import Stripe

/// Why Stripe did not do what was asked.
package enum StripeCallFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// No answer came.
    case unreachable(OutboundFault)
    /// Stripe answered, and not with what was asked for.
    case answered(StripeFault)

    package var description: String {
        switch self {
        case .unreachable(let fault): "stripe unreachable: \(fault)"
        case .answered(let fault): "stripe answered: \(fault)"
        }
    }

    /// What the caller is told: «try again» when Stripe may come back, else that our request was not taken.
    package var refusal: Refusal {
        switch self {
        case .unreachable: .unavailable(retryAfterSeconds: 5)
        case .answered(.retryable): .unavailable(retryAfterSeconds: 5)
        case .answered: .badGateway
        }
    }
}

/// Makes calls of Stripe's API, again where that is safe and may help.
@Loop
package final class StripeClient {
    /// How many calls are under way at once; further ones wait.
    ///
    /// A call takes some 300 ms and Stripe allows an account 100 a second, so one process can use all of that:
    /// <https://docs.stripe.com/rate-limits>.
    private static let connections = 32

    private let settings: StripeSettings
    private let http: HTTPClient
    private let policy: RetryPolicy
    private let totalTimeout: Duration
    private let answerBytes: Int

    /// A client with no connections yet.
    ///
    /// - Parameters:
    ///   - totalTimeout: bounds one call with all its attempts and the waits between.
    ///   - answerBytes: the longest answer that is read; a page of a list has a hundred things in it.
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

    /// Makes a call and reads its answer.
    ///
    /// A call is made again only if it changes nothing or carries an idempotency key.
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
