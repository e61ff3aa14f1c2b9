import Catalog
import Fulfilment
import HTTP
import JSON
import Licensing
import OrderMails
import Reconciliation
import Settings
import StripeClient
import Support
import Testing

extension LosingShop {
    /// Why a run ended without its work.
    struct Unfinished: Error {
        let reason: String
    }

    /// One run from the marks on, with the lock; returns its report as JSON.
    @discardableResult
    func reconcile() async throws -> String {
        let (reconciliation, database) = (try reconciliation(), try testDatabase(as: "latchkey_reconcile", poolSize: 1))
        let done = try await withReconciliationLock(database) {
            await reconciliation(ReconciliationPlan(start: .watermark))
        }
        let report = try #require(done)
        if let fault = report.fault { throw Unfinished(reason: fault.description) }
        return JSONValue.object(report.fields).text
    }

    /// The slice over the sandbox and the test's database.
    private func reconciliation() throws -> Reconciliation {
        var read = SettingsReader(environment)
        let stripe = StripeClient(
            StripeSettings(&read), policy: .background, totalTimeout: .seconds(20), answerBytes: 32 << 20)
        let (keys, mail) = (KeyRing(&read), MailSettings(&read, isTest: true))
        let catalog = CatalogCache(pool)
        let mails = MailService(
            try read.unwrap(mail), keys: try read.unwrap(keys), pool: pool, catalog: catalog, log: log.log,
            attemptTime: .seconds(3))
        let processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: stripe, keys: try read.unwrap(keys), mails: mails, isLive: false,
            actor: "function:reconcile", log: log.log)
        return Reconciliation(
            pool: pool, stripe: stripe, processor: processor, isLive: false, quietHours: 6, log: log.log)
    }
}
