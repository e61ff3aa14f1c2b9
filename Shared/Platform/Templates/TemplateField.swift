internal import Kernel

/// A name that templates can use, and how its value is taken from the content.
///
/// Shape and value are declared in one place, so what the check of a template promises is what rendering finds. What is
/// generic is inlinable, so that it is compiled for each content where the content is.
@usableFromInline
package struct TemplateField<Content>: Sendable {
    @usableFromInline let name: String
    @usableFromInline let shape: TemplateShape
    /// Names, this one or inner ones, that a mail's body must use to be worth sending.
    @usableFromInline let needed: Set<String>
    @usableFromInline let value: @Sendable (Content) -> TemplateValue

    @usableFromInline
    init(
        name: String, shape: TemplateShape, needed: Set<String>, _ value: @escaping @Sendable (Content) -> TemplateValue
    ) {
        self.name = name
        self.shape = shape
        self.needed = needed
        self.value = value
    }

    /// Text that is always there; line ends in it become blanks.
    @inlinable
    package static func text(
        _ name: String, needed: Bool = false, _ value: @escaping @Sendable (Content) -> String
    ) -> TemplateField {
        TemplateField(name: name, shape: .text, needed: needed ? [name] : []) { .text(oneLine(value($0))) }
    }

    /// Text that may be absent; text with nothing in it is absent too.
    @inlinable
    package static func optional(_ name: String, _ value: @escaping @Sendable (Content) -> String?) -> TemplateField {
        TemplateField(name: name, shape: .optionalText, needed: []) { content in
            let text = oneLine(value(content) ?? "")
            return text.isEmpty ? .list([]) : .text(text)
        }
    }

    /// A section that is there when `isTrue`, and whose inverse is there otherwise.
    @inlinable
    package static func flag(_ name: String, _ isTrue: @escaping @Sendable (Content) -> Bool) -> TemplateField {
        TemplateField(name: name, shape: .list([:]), needed: []) { .list(isTrue($0) ? [[:]] : []) }
    }

    /// A section that is repeated for each of `elements`.
    @inlinable
    package static func list<Element>(
        _ name: String, _ fields: TemplateFields<Element>, _ elements: @escaping @Sendable (Content) -> [Element]
    ) -> TemplateField {
        TemplateField(name: name, shape: .list(fields.shapes), needed: fields.needed) { content in
            .list(elements(content).map(fields.values(of:)))
        }
    }
}

/// Every name that templates can use for one kind of content.
@usableFromInline
package struct TemplateFields<Content>: Sendable {
    @usableFromInline let fields: [TemplateField<Content>]

    /// Names; none may occur twice.
    @inlinable
    package init(_ fields: [TemplateField<Content>]) { self.fields = fields }

    /// What a template may do with each name.
    @inlinable
    package var shapes: [String: TemplateShape] { fields.reduce(into: [:]) { $0[$1.name] = $1.shape } }

    /// Names that a mail's body must use.
    @inlinable
    package var needed: Set<String> { fields.reduce(into: []) { $0.formUnion($1.needed) } }

    /// The value of each name for `content`.
    @inlinable
    package func values(of content: Content) -> [String: TemplateValue] {
        fields.reduce(into: [:]) { $0[$1.name] = $1.value(content) }
    }

    /// The same names where the content is a part of a larger whole.
    @inlinable
    package func within<Whole>(_ part: @escaping @Sendable (Whole) -> Content) -> [TemplateField<Whole>] {
        fields.map { field in
            TemplateField<Whole>(name: field.name, shape: field.shape, needed: field.needed) { field.value(part($0)) }
        }
    }
}

/// A value's text, in which line ends are blanks.
@usableFromInline
func oneLine(_ text: String) -> String { SafeText.singleLine(text) }
