import EventLoop
import Kernel
import OrderMails

/// Checks everything that a shop needs, and advises on what fails.
@Loop
struct Doctor {
    let environment: [String: String]
    let console: Console
    let clock: WallClock

    /// Runs the checks in the order of a shop's setup; the data's invariants only if `isDeep`.
    func callAsFunction(isDeep: Bool) async throws(CommandFault) -> [Check] {
        console.progress("reading the settings …")
        let settings = try await Loop.onWorker { [environment] () throws(CommandFault) in ShopSettings(environment) }
        console.progress("asking the database …")
        let database = await database(settings.database)
        console.progress("asking Stripe …")
        let stripe = [await stripe(settings.stripe), await endpoint(settings.stripe, settings.mail?.publicURL)]
        console.progress("asking the mail server …")
        let mailServer = await mailServer(settings.mail)
        console.progress("asking for a signature …")
        let services = settings.checks + database + stripe + [mailServer, await signer(settings)]
        guard isDeep else { return services }
        console.progress("looking at the data …")
        return services + (await data(settings))
    }
}

extension Command {
    /// Checks everything that a shop needs.
    static let doctor = Command(
        name: "doctor",
        summary: "check settings, database, Stripe, mail and storage",
        details: """
            Reads every setting as the functions do, and checks the services behind them; changes nothing and sends no
            mail. Stripe's endpoint for the shop must be enabled and get every event that the shop uses. Failures come
            with advice. Never shows a setting's value. With --deep also checks the data's invariants, as each run of
            reconcile does.
            """,
        options: [
            Option(name: "--deep", help: "also check the invariants of orders, licenses, mails and events"),
            .json,
        ],
        settings: ShopSettings.known,
        examples: ["latchkey doctor", "latchkey doctor --deep --json"],
        failure: "a check failed"
    ) { invocation throws(CommandFault) in
        let doctor = Doctor(
            environment: invocation.environment, console: invocation.console, clock: invocation.clock)
        let checks = try await doctor(isDeep: invocation.arguments.has("--deep"))
        try invocation.console.show(Check.lines(checks), Check.document(checks), asJSON: invocation.isJSON)
        let failed = Check.count(checks, .failed)
        guard failed == 0 else { throw .failed("\(failed) of \(checks.count) checks failed") }
    }
}
