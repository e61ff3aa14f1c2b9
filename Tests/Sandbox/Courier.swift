import EventLoop
import HTTP
import JSON
import Kernel
import Log

/// Sends one event to the endpoint and answers its status, 0 when it did not answer.
typealias PostEvent = @Loop @Sendable (_ url: String, _ fields: Fields, _ body: [UInt8], _ limit: Duration) async -> Int

/// Delivers events to the endpoint, again and again until it accepts them, as Stripe does in days.
@Loop
final class Courier {
    /// One event on its way.
    private struct Parcel {
        let event: String
        var attempt: Int
        let generation: Int
    }

    /// Where an event's document comes from and where an attempt's result goes.
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

    /// Takes up an event.
    func deliver(_ event: String) {
        waiting.append(Parcel(event: event, attempt: 1, generation: generation))
        startWaiting()
    }

    /// Begins an outage: events stay where they are.
    func pause() { isPaused = true }

    /// Signs with the newest secret alone from now on.
    func endOlderSecrets() { webhook.secrets = Array(webhook.secrets.suffix(1)) }

    /// Ends the outage; events held by it are delivered, or with `dropping` never.
    func resume(dropping: Bool) {
        isPaused = false
        if dropping { forget() }
        startWaiting()
    }

    /// Sends an event once more in `copies` at the same time, outage or not, and answers each one's status.
    func redeliver(_ event: String, copies: Int) async -> [Int] {
        let tasks = (0..<copies).map { _ in Loop.start { [self] in await send(event) } }
        var statuses: [Int] = []
        for task in tasks { statuses.append(await task.value) }
        return statuses
    }

    /// Forgets every event; what is under way ends without being tried again.
    func reset() {
        forget()
        isPaused = false
    }

    private func forget() {
        generation += 1
        waiting = []
    }

    private func startWaiting() {
        while !isPaused, underWay < Courier.atOnce, !waiting.isEmpty {
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
