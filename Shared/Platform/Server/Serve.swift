package import EventLoop
import Glibc
package import HTTP
import JSON
import Kernel
package import Log

/// Listens and serves `handler` until SIGTERM or SIGINT, then drains the requests in progress.
///
/// The peer is anything that can reach the port: the platform's front end, trusted no further than `TRUSTED_PROXY_HOPS`
/// says.
///
/// - Parameters:
///   - routes: the function's path patterns, such as `/download/{token}`, for the request log.
///   - isReady: whether the function's dependencies respond, for `/readyz`.
/// - Throws: `SocketFault` if it cannot listen on the port.
@Loop
package func serve(
    _ settings: ServerSettings, limits: ServerLimits = ServerLimits(), log: Log, routes: [String],
    isReady: @escaping @Sendable () async -> Bool, handler: @escaping Handler
) async throws(SocketFault) {
    let stop = Outcome<String, Never>()
    let watchers = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")].map { number, name in
        SignalWatcher(number) { stop.settle(.success(name)) }
    }
    let requestLog = RequestLog(log, routes: routes, trustedHops: settings.trustedHops)
    let server = Server(limits: limits, requestLog: requestLog, isReady: isReady, handler: handler)
    let port = try server.listen(host: settings.host, port: settings.port)
    log(.info, "listening", [("port", .integer(Int64(port)))])
    let reason = await stop.value()
    withExtendedLifetime(watchers) { log(.info, "stopping", [("signal", .string(reason))]) }
    await server.drain()
    log(.info, "stopped")
}
