import EventLoop
import JSON
import Kernel
import Postgres
import Reconciliation

extension Command {
    /// Compares the shop with Stripe and repairs what is missing.
    static let reconcile = Command(
        name: "reconcile",
        summary: "repair the shop from Stripe's data",
        details: """
            Reads Stripe's refunds, disputes, events and checkout sessions, and processes whatever is missing here as
            the webhook would have: orders, licenses, refunds, suspensions, mails. Then reports where Stripe and the
            shop differ, and which invariants are violated. Idempotent.

            After restoring the database from a backup, run it with --since and a time before that backup: orders are
            rebuilt with the licenses and keys that their buyers have (keys under the current license secret), and
            receipts are sent again with fresh links. Not rebuilt, because Stripe does not have it: licenses revoked
            or reissued by hand, activations, the audit log.
            """,
        options: [
            Option(
                name: "--since", value: "WHEN",
                help: "\(Since.expected); where the last run stopped when absent"),
            .dryRun, .json,
        ],
        settings: [.databaseURL] + ShopSettings.ofRepairs,
        examples: [
            "latchkey reconcile", "latchkey reconcile --since 30d --dry-run", "latchkey reconcile --since 2026-11-20",
        ],
        failure: "something could not be repaired, differs or violates an invariant, or the run was interrupted"
    ) { invocation throws(CommandFault) in
        let isDryRun = invocation.arguments.has("--dry-run")
        let start = try start(invocation)
        let settings = try await Loop.onWorker { [environment = invocation.environment] () throws(CommandFault) in
            try RepairSettings(environment)
        }
        let pool = Pool(settings.database, log: invocation.log)
        defer { pool.close() }
        let reconciliation = Reconciliation(
            settings.reconciliation, pool: pool, actor: "operator:reconcile", callTime: .seconds(30),
            mailTime: .seconds(8), log: invocation.log, clock: invocation.clock)
        let plan = ReconciliationPlan(
            start: start, isDryRun: isDryRun, progress: { [console = invocation.console] in console.progress($0) })
        let report = try await mapError(
            CommandFault.database, await withReconciliationLock(settings.database) { await reconciliation(plan) })
        guard let report else { throw .failed("another run is at it; try again in a minute") }
        try invocation.console.show(
            report.lines(isDryRun: isDryRun), .object([("dry_run", .bool(isDryRun))] + report.fields),
            asJSON: invocation.isJSON)
        if let fault = report.fault { throw .failed("broke off: \(fault.description); run it again") }
        guard report.isClean else { throw .failed("not everything is as it should be: see above") }
    }

    private static func start(_ invocation: Invocation) throws(CommandFault) -> ReconciliationPlan.Start {
        guard let text = invocation.arguments["--since"] else { return .watermark }
        guard let since = Since.parse(text, at: invocation.clock.now()) else {
            throw .usage("«\(text)» is no time that has passed: expected \(Since.expected)")
        }
        return .since(since)
    }
}

extension ShopSettings {
    /// The settings of commands that process Stripe's events, besides the database's.
    static let ofRepairs = known.filter {
        [
            "STRIPE_API_KEY", "STRIPE_API_BASE", "LICENSE_SECRETS", "TOKEN_SECRETS", "KEY_PEPPER", "PUBLIC_URL",
            "SMTP_URL", "MAIL_FROM", "MAIL_TEMPLATES", "QUIET_HOURS",
        ].contains($0.name)
    }
}
