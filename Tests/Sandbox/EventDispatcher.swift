import EventLoop
import HTTP
import JSON
import Kernel
import Log

/// Sends one event to the endpoint and returns the status, 0 without a response.
typealias PostEvent = @Loop @Sendable (_ url: String, _ fields: Fields, _ body: [UInt8], _ limit: Duration) async -> Int

/// Delivers events to the endpoint, with retries until it accepts them, as Stripe does over days.
@Loop
final class EventDispatcher {
    /// One event to be delivered.
    private struct Parcel {
        let event: String
        var attempt: Int
        let generation: Int
    }

    /// Reads events and records the result of each attempt.
    struct Ledger: Sendable {
        var event: @Loop @Sendable (_ id: String) -> JSONValue?
        var record: @Loop @Sendable (_ id: String, _ status: Int) -> Void
    }

    private(set) var isPaused = false
    private var webhook: SandboxSettings.Webhook
    private let clock: WallClock
    private let post: PostEvent
    private let ledger: Ledger
    private var waiting: [Parcel] = []
    private var underWay = 0
    private var generation = 0
    private static let atOnce = 16

    init(_ webhook: SandboxSettings.Webhook, clock: WallClock, ledger: Ledger, post: @escaping PostEvent) {
        self.webhook = webhook
        self.clock = clock
        self.ledger = ledger
        self.post = post
    }

    /// Queues an event.
    func deliver(_ event: String) {
        waiting.append(Parcel(event: event, attempt: 1, generation: generation))
        startWaiting()
    }

    /// Starts an outage: events stay queued.
    func pause() { isPaused = true }

    /// Signs only with the newest secret from now on.
    func endOlderSecrets() { webhook.secrets = Array(webhook.secrets.suffix(1)) }

    /// Ends the outage; delivers the held events, or drops them.
    func resume(dropping: Bool) {
        isPaused = false
        if dropping { forget() }
        startWaiting()
    }

    /// Sends an event again in `copies` at once, outage or not, and returns the statuses.
    func redeliver(_ event: String, copies: Int) async -> [Int] {
        let tasks = (0..<copies).map { _ in Loop.start { [self] in await send(event) } }
        var statuses: [Int] = []
        for task in tasks { statuses.append(await task.value) }
        return statuses
    }

    /// Forgets all events; deliveries in progress end without a retry.
    func reset() {
        forget()
        isPaused = false
    }

    private func forget() {
        generation += 1
        waiting = []
    }

    private func startWaiting() {
        while !isPaused, underWay < EventDispatcher.atOnce, !waiting.isEmpty {
            let parcel = waiting.removeFirst()
            underWay += 1
            Loop.start { [self] in
                let status = await send(parcel.event)
                underWay -= 1
                if !(200..<300).contains(status) { retryLater(parcel) }
                startWaiting()
            }
        }
    }

    private func retryLater(_ parcel: Parcel) {
        guard parcel.generation == generation, parcel.attempt < webhook.retryLimit else { return }
        let timer = Timer()
        timer.set(after: webhook.retryBase * (1 << (parcel.attempt - 1))) { [self] in
            timer.close()
            guard parcel.generation == generation else { return }
            var next = parcel
            next.attempt += 1
            waiting.append(next)
            startWaiting()
        }
    }

    private func send(_ id: String) async -> Int {
        guard let event = ledger.event(id) else { return 0 }
        let body = Array(event.pretty.utf8)
        let fields: Fields = [
            "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": WebhookSignature.header(body, at: clock.now(), secrets: webhook.secrets),
        ]
        let sentIn = generation
        let status = await post(webhook.url, fields, body, webhook.timeout)
        if sentIn == generation { ledger.record(id, status) }
        return status
    }
}
