import EventLoop
import HTTP
import Kernel
import Log
import Server

/// The servers of both APIs.
@Loop
final class Routes {
    let sandbox: Sandbox
    let stripePort: Int
    let storagePort: Int
    private let stripe: Server
    private let storage: Server

    /// Starts listening on both ports.
    ///
    /// - Throws: `SocketFault` if a port is not available.
    init(_ settings: SandboxSettings, log: Log, post: @escaping PostEvent) throws(SocketFault) {
        let sandbox = Sandbox(settings, post: post)
        let cloud = CloudStandIn(settings.storage)
        self.sandbox = sandbox
        stripe = Routes.server(log, Sandbox.routes) { request throws(Refusal) in try await sandbox.answer(request) }
        storage = Routes.server(log, CloudStandIn.routes) { request throws(Refusal) in await cloud.answer(request) }
        stripePort = try stripe.listen(host: settings.host, port: settings.port)
        storagePort = try storage.listen(host: settings.host, port: settings.storagePort)
    }

    /// Drains the requests in progress.
    func drain() async {
        await stripe.drain()
        await storage.drain()
    }

    private static func server(_ log: Log, _ routes: [String], _ handler: @escaping Handler) -> Server {
        var limits = ServerLimits()
        // An injected hang must outlast the caller's timeout, not the server's.
        limits.requestTime = .seconds(660)
        limits.drainTime = .seconds(2)
        // An upload's chunks are larger than any body the shop's own functions accept.
        limits.bodyBytes = 16 << 20
        // Its callers are few and trusted.
        limits.connectionsPerPeer = limits.connections
        let requestLog = RequestLog(log, routes: routes, trustedHops: 0)
        return Server(limits: limits, requestLog: requestLog, isReady: { true }, handler: handler)
    }
}
