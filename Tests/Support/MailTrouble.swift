/// A failure of `smtp_script.py`, and the expected result.
package struct MailTrouble: Sendable {
    /// The stage of the dialogue.
    package let stage: String
    /// The failure at that stage.
    package let behaviour: String

    /// Whether the mail itself is rejected, so that a retry is useless.
    package var isForGood: Bool { behaviour == "550" && stage != "mail" }
    /// Whether our sender is rejected, which an operator must fix before a retry helps.
    package var isOurs: Bool { behaviour == "550" && stage == "mail" }

    /// The expected text of the row's error.
    package var told: String {
        switch behaviour {
        case "550": isOurs ? "does not accept our login or sender (550)" : "refused for good (550)"
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
