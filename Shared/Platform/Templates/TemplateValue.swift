/// The value of a name when a template is rendered.
@usableFromInline
package enum TemplateValue: Equatable, Sendable {
    /// Text to write.
    case text(String)
    /// A list to go through; an empty one stands for all that is absent.
    case list([[String: TemplateValue]])
}

/// What a template may do with a name, known before there is any value.
@usableFromInline
package indirect enum TemplateShape: Equatable, Sendable {
    /// Text that is always there.
    case text
    /// Text that may be absent, so it may only stand inside its own section: `{{#x}}… {{x}} …{{/x}}`.
    case optionalText
    /// A section, repeated for each element, with these names inside.
    case list([String: TemplateShape])
}
