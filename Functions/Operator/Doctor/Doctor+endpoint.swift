import EventLoop
import HTTP
import Kernel
import Settings
import Stripe
import StripeClient

extension Doctor {
    /// Checks that Stripe delivers to this shop the events that it acts on.
    func endpoint(_ settings: StripeSettings?, _ publicURL: PublicURL?) async -> Check {
        guard let settings, let publicURL else {
            return .skipped("webhook endpoint", "needs STRIPE_API_KEY and PUBLIC_URL")
        }
        let client = StripeClient(settings, policy: .interactive, totalTimeout: .seconds(10))
        do throws(StripeCallFault) {
            let endpoints = try await client.send(.webhookEndpoints).elements
            return Check(endpoints, url: publicURL.link("/webhooks/stripe"), isStandIn: settings.isStandIn)
        } catch {
            guard case .answered(.authentication) = error else {
                return .failed(
                    "webhook endpoint", error.description, advice: "check STRIPE_API_BASE and the way out to it")
            }
            return .skipped(
                "webhook endpoint",
                "the key may not read webhook endpoints: compare the list of the first-deployment runbook")
        }
    }
}

extension Check {
    /// The check of those of `endpoints` that deliver to `url`; a stand-in may reach the shop under another host.
    fileprivate init(_ endpoints: [WebhookEndpoint], url: String, isStandIn: Bool) {
        let name = "webhook endpoint"
        let ours = endpoints.filter { $0.url == url || (isStandIn && $0.url.hasSuffix("/webhooks/stripe")) }
        guard !ours.isEmpty else {
            self = .failed(
                name, "Stripe has none for \(url)",
                advice: "add it in Stripe's dashboard with the events of the runbook")
            return
        }
        let enabled = ours.filter { $0.status == .known(.enabled) }
        guard !enabled.isEmpty else {
            self = .failed(name, "\(url) is disabled", advice: "enable it in Stripe's dashboard (Developers, Webhooks)")
            return
        }
        let (told, used) = (Set(enabled.flatMap(\.enabledEvents)), Event.Kind.allCases.map(\.rawValue))
        let missing = told.contains("*") ? [] : used.filter { !told.contains($0) }
        guard missing.isEmpty else {
            self = .failed(
                name, "\(url) lacks \(missing.joined(separator: ", "))",
                advice: "add these events to it in Stripe's dashboard")
            return
        }
        let extra = told.subtracting(used).sorted()
        self = .passed(
            name, "\(url) gets the \(used.count) types of event that the shop uses",
            advice: extra.isEmpty ? nil : "it also gets what the shop does not use: \(extra.joined(separator: ", "))")
    }
}
