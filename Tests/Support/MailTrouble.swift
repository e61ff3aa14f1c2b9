/// A way in which `smtp_script.py` fails us, and what must come of it.
package struct MailTrouble: Sendable {
    /// Where in the dialogue.
    package let stage: String
    /// What it does there.
    package let behaviour: String

    /// Whether the mail itself was refused, so that trying again is useless.
    package var isForGood: Bool { behaviour == "550" && stage != "mail" }
    /// Whether our sender was refused, which somebody must mend, after which trying again helps.
    package var isOurs: Bool { behaviour == "550" && stage == "mail" }

    /// What the row's error tells.
    package var told: String {
        switch behaviour {
        case "550": isOurs ? "does not accept our login or sender (550)" : "refused for good (550)"
        case "hang", "trickle": "did not answer in time"
        case "drop", "nonsense": "broke off"
        default: "asks to try later (\(behaviour))"
        }
    }

    /// How long an attempt may take: short where the server lets us wait for nothing.
    package var attemptTime: Duration { ["hang", "trickle"].contains(behaviour) ? .milliseconds(300) : .seconds(20) }

    /// Every stage with every behaviour that means something there.
    package static let all: [MailTrouble] =
        ["greeting", "ehlo", "mail", "rcpt", "data", "message"].flatMap { stage in
            ["hang", "trickle", "drop"].map { MailTrouble(stage: stage, behaviour: $0) }
        }
        + ["mail", "rcpt", "data", "message"].flatMap { stage in
            ["451", "550", "nonsense"].map { MailTrouble(stage: stage, behaviour: $0) }
        }
        + ["421", "554"].map { MailTrouble(stage: "greeting", behaviour: $0) }
}
