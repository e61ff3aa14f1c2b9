package import Kernel

/// The default text for each kind of refusal.
struct ProblemText {
    let heading: String
    let explanation: String
    let actions: [ProblemPage.Action]

    private init(_ heading: String, _ explanation: String, _ actions: ProblemPage.Action...) {
        self.heading = heading
        self.explanation = explanation
        self.actions = actions
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .malformed(_, let reason):
            self.init("We could not read that", "\(reason) Go back, correct it, and send it again.", .home, .support)
        case .unauthenticated:
            self.init(
                "This link does not let you in", "Open it again from the e-mail, or have the e-mail sent once more.",
                .lostEmail, .support)
        case .forbidden(let reason):
            self.init("That is not allowed from there", reason, .home, .support)
        case .notFound:
            self.init(
                "There is no page here",
                "The address may have a typing error. If a link from an e-mail brought you here, ask for a fresh one.",
                .lostEmail, .support, .home)
        case .gone(let reason):
            self.init("This is no longer available", reason, .lostEmail, .support)
        case .methodNotAllowed, .unsupportedMediaType:
            self.init(
                "That does not work here", "Go back to the page you came from, load it again, and try once more.",
                .home, .support)
        case .conflict(let reason):
            self.init("That cannot be done", reason, .home, .support)
        case .tooLarge:
            self.init("That was too long", "Go back, shorten what you entered, and send it again.", .home, .support)
        case .tooManyRequests(let verdict):
            self.init(
                "That was too often in a short time",
                "Please wait \(ProblemPage.wait(verdict)), then try again. Nothing is lost.", .home, .support)
        case .unavailable:
            self.init(
                "The shop does not answer right now",
                "The fault is ours, and nothing was changed. Please wait a minute and load the page again.",
                .support, .home)
        case .badGateway:
            self.init(
                "The payment service does not answer",
                "Nothing was charged. Please wait a minute, go back, and try again.", .home, .support)
        case .failed:
            self.init(
                "Something went wrong on our side",
                "The fault is recorded, and we look into it. Please try again later.",
                .support, .home)
        }
    }
}

extension ProblemPage {
    /// Returns how long a rate-limited caller must wait, such as `45 seconds`.
    package static func wait(_ verdict: RateLimitVerdict) -> String {
        switch verdict.wait.wholeSecondsRoundedUp {
        case ...1: "a second"
        case let seconds where seconds <= 90: "\(seconds) seconds"
        case let seconds where seconds <= 5_400: "\((seconds + 59) / 60) minutes"
        case let seconds: "\((seconds + 3_599) / 3_600) hours"
        }
    }
}
