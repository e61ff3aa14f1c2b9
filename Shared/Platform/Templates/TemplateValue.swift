/// The value of a name when a template is rendered.
@usableFromInline
package enum TemplateValue: Equatable, Sendable {
    /// A text to write.
    case text(String)
    /// A list to iterate; an empty one represents absence.
    case list([[String: TemplateValue]])
}

/// How a template may use a name, known before there is a value.
@usableFromInline
package indirect enum TemplateShape: Equatable, Sendable {
    /// A text that is always present.
    case text
    /// A text that may be absent, and is allowed only inside its own section: `{{#x}}… {{x}} …{{/x}}`.
    case optionalText
    /// A section, rendered for each element, with these names in scope.
    case list([String: TemplateShape])
}
