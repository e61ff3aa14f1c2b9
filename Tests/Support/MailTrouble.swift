/// A failure of `smtp_script.py`, and the expected result.
package struct MailTrouble: Sendable {
    /// The stage of the dialogue.
    package let stage: String
    /// The failure at that stage.
    package let behaviour: String

    /// Whether the recipient is rejected, so that a retry is useless.
    package var isForGood: Bool { behaviour == "550" && stage == "rcpt" }
    /// Whether our connection or sender is rejected, or may be: an operator must look.
    package var isOurs: Bool { ["550", "554"].contains(behaviour) && !isForGood }

    /// The expected text of the row's error.
    package var told: String {
        switch behaviour {
        case "550" where ["data", "message"].contains(stage): "refused, maybe for good (550)"
        case "550", "554": isForGood ? "refused for good (550)" : "does not accept our login or sender (\(behaviour))"
        case "hang", "trickle": "did not answer in time"
        case "drop", "nonsense": "broke off"
        default: "asks to try later (\(behaviour))"
        }
    }

    /// The timeout of an attempt, short where the server makes us wait.
    package var attemptTime: Duration { ["hang", "trickle"].contains(behaviour) ? .milliseconds(300) : .seconds(20) }

    /// Every stage with every failure that makes sense there.
    package static let all: [MailTrouble] =
        ["greeting", "ehlo", "mail", "rcpt", "data", "message"].flatMap { stage in
            ["hang", "trickle", "drop"].map { MailTrouble(stage: stage, behaviour: $0) }
        }
        + ["mail", "rcpt", "data", "message"].flatMap { stage in
            ["451", "550", "nonsense"].map { MailTrouble(stage: stage, behaviour: $0) }
        }
        + ["421", "554"].map { MailTrouble(stage: "greeting", behaviour: $0) }
}
