package import EmailMessage

/// What rendering a mail gave.
package enum RenderedEmail: Sendable {
    /// The message to send.
    case message(MailMessage)
    /// What the mail was to say is not true any more: it is not sent.
    case outdated
    /// The settings or the data must be mended before the mail can be rendered; the reason is for the log.
    case failed(String)
}
