import Testing

/// A refusal as a mail provider words it, and what should follow.
package struct ProviderReply: Sendable, CustomTestStringConvertible {
    /// What the refusal speaks of.
    package enum Subject: Sendable {
        /// The mailbox: the mail is given up.
        case mailbox
        /// Our account, sender or settings: the mail waits, and the outbox is held.
        case sender
        /// The reply does not tell: the mail is retried for a while.
        case unclear
    }

    /// `mail`, `rcpt` or `message`: the stage of the dialogue at which it is said.
    package let stage: String
    /// The reply; `|` separates its lines.
    package let reply: String
    /// What it speaks of.
    package let subject: Subject

    package var testDescription: String { "\(stage): \(reply)" }

    init(_ stage: String, _ reply: String, _ subject: Subject) {
        (self.stage, self.reply, self.subject) = (stage, reply, subject)
    }

    /// What providers say, as they publish it.
    package static let all = ses + gmail + exchange + postfix + others

    /// Amazon SES.
    ///
    /// Sources: <https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html>, <https://repost.aws/knowledge-center/ses-554-400-message-rejected-error>
    private static let ses = [
        ProviderReply("message", "554 Message rejected: Sending paused for this account.", .unclear),
        ProviderReply(
            "message",
            "554 Message rejected: Email address is not verified. The following identities failed the check in region "
                + "EU-WEST-1: orders@shop.example", .unclear),
        ProviderReply("mail", "554 5.7.1 paused", .sender),
        ProviderReply("mail", "530 Authentication required", .sender),
        ProviderReply("message", "554 Transaction failed: Missing final '@domain'", .unclear),
    ]

    /// Gmail.
    ///
    /// Source: <https://support.google.com/a/answer/3726730>
    private static let gmail = [
        ProviderReply(
            "message",
            "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail|550-5.4.5 sending limits go to|"
                + "550 5.4.5  https://support.google.com/a/answer/166852 d2e1a72fcca58 - gsmtp", .sender),
        ProviderReply("rcpt", "550 5.4.5 Daily SMTP relay limit exceeded for user.", .sender),
        ProviderReply("mail", "550 5.7.0 Mail relay denied", .sender),
        ProviderReply("message", "550 5.7.1 Email quota exceeded.", .sender),
        ProviderReply("message", "550 5.7.1 Our system has detected that this message is likely spam.", .sender),
        ProviderReply("message", "550 5.7.26 This message does not have authentication information", .sender),
        ProviderReply("mail", "530 5.7.0 Must issue a STARTTLS command first", .sender),
        ProviderReply(
            "rcpt",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try|"
                + "550-5.1.1 double-checking the recipient's email address|550 5.1.1  gsmtp", .mailbox),
        ProviderReply("rcpt", "550 5.2.1 The email account that you tried to reach is disabled.", .mailbox),
        ProviderReply("message", "552 5.2.2 The email account that you tried to reach is over quota.", .mailbox),
        ProviderReply("rcpt", "553 5.1.2 We weren't able to find the recipient domain.", .mailbox),
        ProviderReply("rcpt", "555 5.5.2 Syntax error, goodbye", .unclear),
    ]

    /// Exchange Online.
    ///
    /// Source: <https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online>
    private static let exchange = [
        ProviderReply("message", "550 5.7.705 Access denied, tenant has exceeded threshold.", .sender),
        ProviderReply("rcpt", "550 5.7.708 Access denied, traffic not accepted from this IP.", .sender),
        ProviderReply("message", "550 5.1.8 Access denied, bad outbound sender AS(42004)", .sender),
        ProviderReply(
            "message", "550 5.1.90 Your message can't be sent because you've reached your daily limit", .sender),
        ProviderReply("mail", "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail", .sender),
        ProviderReply("message", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", .sender),
        ProviderReply("message", "554 5.2.252 SendAsDenied; not allowed to send as orders@shop.example", .sender),
        ProviderReply(
            "rcpt", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address", .mailbox),
        ProviderReply("rcpt", "550 5.4.1 Recipient address rejected: Access denied.", .mailbox),
        ProviderReply("message", "552 5.3.4 Message size exceeds fixed maximum message size", .sender),
    ]

    /// Postfix 3.7, `src/smtpd/smtpd_check.c` and `src/smtpd/smtpd.c`.
    private static let postfix = [
        ProviderReply("rcpt", "554 5.7.1 <person@example.org>: Relay access denied", .sender),
        ProviderReply(
            "rcpt", "553 5.7.1 <orders@shop.example>: Sender address rejected: not owned by user shop", .sender),
        ProviderReply("rcpt", "550 5.1.8 <orders@shop.example>: Sender address rejected: Domain not found", .sender),
        ProviderReply(
            "rcpt", "550 5.1.1 <person@example.org>: Recipient address rejected: User unknown in local recipient table",
            .mailbox),
        ProviderReply("rcpt", "501 5.1.3 Bad recipient address syntax", .mailbox),
        ProviderReply("message", "550 5.3.0 Error: mail transport is not available", .sender),
        ProviderReply("message", "554 5.6.0 Message content rejected", .unclear),
    ]

    /// SendGrid, and replies without an enhanced code (RFC 5321 section 4.2.3), of which only those that name the mailbox
    /// are final.
    ///
    /// Source: <https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting>
    private static let others = [
        ProviderReply("message", "550 Temporarily blocked due to repeated bad requests", .unclear),
        ProviderReply("message", "550 The from address does not match a verified Sender Identity.", .unclear),
        ProviderReply("mail", "550 Unauthenticated senders not allowed", .sender),
        ProviderReply("rcpt", "550 Requested action not taken: mailbox unavailable", .mailbox),
        ProviderReply("rcpt", "551 User not local", .mailbox),
        ProviderReply("rcpt", "553 Mailbox name not allowed", .mailbox),
        ProviderReply("rcpt", "550-first line|550 5.7.1 Account disabled", .sender),
        ProviderReply("rcpt", "550-5.7.1 refused, because|550 5.1.1 no such user", .mailbox),
        ProviderReply("rcpt", "552 too much mail", .unclear), ProviderReply("rcpt", "554 no", .unclear),
        ProviderReply("rcpt", "550 5.7", .mailbox), ProviderReply("rcpt", "550 5.7.1.2 x", .mailbox),
        ProviderReply("rcpt", "550 4.7.1 x", .mailbox), ProviderReply("rcpt", "535 5.7.8 log in again", .sender),
        ProviderReply("message", "552 mailbox full", .unclear), ProviderReply("message", "554 5.7.1 spam", .sender),
    ]
}
