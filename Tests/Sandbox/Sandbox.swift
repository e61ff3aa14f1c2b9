import EventLoop
import HTTP
import Kernel

/// The stand-in for Stripe: its state and its request handler.
@Loop
final class Sandbox {
    var settings: SandboxSettings
    let clock: WallClock
    var state: SandboxState
    var idempotency = Idempotency()
    var faults = FaultPlan()
    private(set) var dispatcher: EventDispatcher?
    private let expiry = Timer()

    init(_ settings: SandboxSettings, clock: WallClock = .system, post: @escaping PostEvent) {
        self.settings = settings
        self.clock = clock
        state = Sandbox.emptyState(settings)
        guard let webhook = settings.webhook else { return }
        let ledger = EventDispatcher.Ledger(
            event: { [weak self] id in self?.state.events.event(id) },
            record: { [weak self] id, status in self?.state.events.record(id, status: status) })
        dispatcher = EventDispatcher(webhook, clock: clock, ledger: ledger, post: post)
    }

    /// Returns the response to any request.
    func answer(_ request: Request) async throws(Refusal) -> Response {
        switch request.pathSegments.first {
        case "v1": await api(request)
        case "pay": try pay(request)
        case "assets": try asset(request)
        case "sandbox": await control(request)
        default: throw .notFound
        }
    }

    /// The path patterns for the request log.
    nonisolated static let routes =
        apiRoutes.map { "/" + $0.path.joined(separator: "/") } + [
            "/pay/{session}", "/pay/{session}/{action}", "/assets/pay.css", "/sandbox/{control}",
            "/sandbox/{control}/{action}",
        ]

    /// The cause of a change that no API request triggers.
    var cause: SandboxState.Cause { SandboxState.Cause(now: clock.now()) }

    /// Changes the state, then queues the resulting events and schedules the expiry of sessions.
    func change<Value, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        state.expireOverdue(cause)
        defer { settleChange() }
        return try body(&state)
    }

    /// Restores the initial state.
    func reset() {
        state = Sandbox.emptyState(settings)
        idempotency = Idempotency()
        faults = FaultPlan()
        dispatcher?.reset()
        expiry.cancel()
    }

    private func settleChange() {
        for event in state.events.takeFresh() { dispatcher?.deliver(event) }
        guard let end = state.earliestExpiry else { return expiry.cancel() }
        expiry.set(after: max(.zero, Instant(unixSeconds: end) - clock.now())) { [weak self] in self?.change { _ in } }
    }

    private static func emptyState(_ settings: SandboxSettings) -> SandboxState {
        SandboxState(catalog: settings.catalog, publicBase: settings.publicBase, endpoint: settings.webhook?.url)
    }
}
