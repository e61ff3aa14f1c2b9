import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import JSON
import Kernel
import Log
import Outbound
import Server
import Settings

/// `sandbox`: a stand-in for Stripe and Google Cloud Storage, for tests and for trying a shop without money.
///
/// It is written from their published documentation and shares no code with the shop's own Stripe and Storage modules.
/// `SandboxSettings` lists its settings, `Sandbox.control` and `CloudStandIn.control` its controls.
@main
enum Main {
    static func main() {
        HealthCheck.runIfRequested("/healthz", usualPort: 8090)
        let environment = ProcessInfo.processInfo.environment
        let liveKeys = SandboxSettings.liveKeys(in: environment)
        guard liveKeys.isEmpty else {
            end(["\(liveKeys.joined(separator: ", ")) holds a live key; the sandbox starts with test keys only"])
        }
        do throws(SettingsFault) {
            let settings = try SandboxSettings(environment)
            EventLoop.runMain { await run(settings) }
        } catch {
            end(error.lines)
        }
    }

    /// Serves both APIs until SIGTERM or SIGINT.
    @Loop
    private static func run(_ settings: SandboxSettings) async -> Int32 {
        let log = Log.standardOutput(from: LogOrigin("sandbox"), threshold: settings.threshold, masking: .addresses)
        let stop = Outcome<Void, Never>()
        let watchers = [SIGTERM, SIGINT].map { SignalWatcher($0) { stop.settle(.success(())) } }
        let routes: Routes
        do throws(SocketFault) {
            routes = try Routes(settings, log: log, post: posting(log))
        } catch {
            log(.error, "cannot listen", [("code", .string(error.code))])
            return 1
        }
        let ports = [("stripe", routes.stripePort), ("storage", routes.storagePort)]
        log(.notice, "listening", ports.map { ($0, .integer(Int64($1))) })
        await stop.value()
        withExtendedLifetime(watchers) { log(.notice, "stopping") }
        await routes.drain()
        return 0
    }

    /// Returns a function that delivers events over HTTP; plain endpoints are allowed, because no real money is
    /// involved.
    @Loop
    private static func posting(_ log: Log) -> PostEvent {
        let client = HTTPClient(allowsPlain: true)
        return { url, fields, body, limit in
            do throws(OutboundFault) {
                return try await client.send(HTTPCall(.post, url, fields: fields, body: body, totalTimeout: limit))
                    .status
            } catch {
                log(.warning, "event not delivered", [("reason", .string(error.description))])
                return 0
            }
        }
    }

    private static func end(_ faults: [String]) -> Never {
        let log = Log.standardOutput(from: LogOrigin("sandbox"), threshold: .info, masking: .addresses)
        for fault in faults { log(.error, "cannot start: \(fault)") }
        exit(1)
    }
}
