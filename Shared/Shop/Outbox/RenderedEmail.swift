package import EmailMessage

/// The result of rendering a mail.
package enum RenderedEmail: Sendable {
    /// The message to send.
    case message(MailMessage)
    /// The mail's content is no longer true; it is not sent.
    case outdated
    /// The settings or the data must be fixed before the mail can be rendered; the reason is for the log.
    case failed(String)
}
