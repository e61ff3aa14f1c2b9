import EventLoop
import HTTP
import Kernel

/// The stand-in for Stripe: its state, and the one door that requests come through.
@Loop
final class Sandbox {
    var settings: SandboxSettings
    let clock: WallClock
    var world: World
    var idempotency = Idempotency()
    var faults = FaultPlan()
    private(set) var courier: Courier?
    private let expiry = Timer()

    init(_ settings: SandboxSettings, clock: WallClock = .system, post: @escaping PostEvent) {
        self.settings = settings
        self.clock = clock
        world = Sandbox.emptyWorld(settings)
        guard let webhook = settings.webhook else { return }
        let ledger = Courier.Ledger(
            event: { [weak self] id in self?.world.events.event(id) },
            record: { [weak self] id, status in self?.world.events.record(id, status: status) })
        courier = Courier(webhook, clock: clock, ledger: ledger, post: post)
    }

    /// The answer to any request.
    func answer(_ request: Request) async throws(Refusal) -> Response {
        switch request.pathSegments.first {
        case "v1": await api(request)
        case "pay": try pay(request)
        case "assets": try asset(request)
        case "sandbox": await control(request)
        default: throw .notFound
        }
    }

    /// The paths that the request log knows by name.
    nonisolated static let routes =
        apiRoutes.map { "/" + $0.path.joined(separator: "/") } + [
            "/pay/{session}", "/pay/{session}/{action}", "/assets/pay.css", "/sandbox/{control}",
            "/sandbox/{control}/{action}",
        ]

    /// Why something happens now without a request of the API's.
    var cause: World.Cause { World.Cause(now: clock.now()) }

    /// Changes the state, then sees to what the change brings: events to deliver, sessions that end by themselves.
    func change<Value, Failure: Error>(
        _ body: (inout World) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        world.expireOverdue(cause)
        defer { settleChange() }
        return try body(&world)
    }

    /// Back to the state of a start.
    func reset() {
        world = Sandbox.emptyWorld(settings)
        idempotency = Idempotency()
        faults = FaultPlan()
        courier?.reset()
        expiry.cancel()
    }

    private func settleChange() {
        for event in world.events.takeFresh() { courier?.deliver(event) }
        guard let end = world.earliestExpiry else { return expiry.cancel() }
        expiry.set(after: max(.zero, Instant(unixSeconds: end) - clock.now())) { [weak self] in self?.change { _ in } }
    }

    private static func emptyWorld(_ settings: SandboxSettings) -> World {
        World(catalog: settings.catalog, publicBase: settings.publicBase, hasEndpoint: settings.webhook != nil)
    }
}
