import EventLoop
import Kernel

/// Looks at everything that a shop needs, and says what is wrong and what to do.
@Loop
struct Doctor {
    let environment: [String: String]
    let console: Console
    let clock: WallClock

    /// Every check, in the order a shop is set up.
    ///
    /// - Parameter isDeep: whether the data are looked at as well.
    func callAsFunction(isDeep: Bool) async throws(CommandFault) -> [Check] {
        console.progress("reading the settings …")
        let settings = try await Loop.onWorker { [environment] () throws(CommandFault) in ShopSettings(environment) }
        console.progress("asking the database …")
        let database = await database(settings.database)
        console.progress("asking Stripe …")
        let stripe = await stripe(settings.stripe)
        console.progress("asking the mail server …")
        let mailServer = await mailServer(settings.mail)
        console.progress("asking for a signature …")
        let services = settings.checks + database + [stripe, mailServer, await signer(settings)]
        guard isDeep else { return services }
        console.progress("looking at the data …")
        return services + (await data(settings))
    }
}

extension Command {
    /// Looks at everything that a shop needs.
    static let doctor = Command(
        name: "doctor",
        summary: "check settings, database, Stripe, mail and storage",
        details: """
            Reads every setting as the functions do, and asks the services behind them; changes nothing and sends no
            mail. What fails comes with advice. No value of a setting is ever shown. With --deep it also holds the data
            against what must be true of them, as each run of reconcile does.
            """,
        options: [
            Option(name: "--deep", help: "also look for orders, licenses, mails and events that cannot be right"),
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
