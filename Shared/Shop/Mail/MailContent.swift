package import Templates

/// What one kind of mail says, as data.
package protocol MailContent: Sendable {
    /// The mail it belongs to.
    static var kind: MailKind { get }
    /// The names its templates can use.
    static var fields: TemplateFields<Self> { get }
}
