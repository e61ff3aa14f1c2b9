internal import Kernel

/// A name that templates can use, and how its value is obtained from `Content`.
///
/// Shape and value are declared together, so a template that passes the check always renders. The generic functions are
/// inlinable, so that they are specialized for each content type in the module that defines it.
@usableFromInline
package struct TemplateField<Content>: Sendable {
    @usableFromInline let name: String
    @usableFromInline let shape: TemplateShape
    /// This name and nested ones, as far as a mail's body must use them to be worth sending.
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

    /// A text that is always present; line ends become spaces.
    @inlinable
    package static func text(
        _ name: String, needed: Bool = false, _ value: @escaping @Sendable (Content) -> String
    ) -> TemplateField {
        TemplateField(name: name, shape: .text, needed: needed ? [name] : []) { .text(oneLine(value($0))) }
    }

    /// A text that may be absent; an empty text counts as absent.
    @inlinable
    package static func optional(_ name: String, _ value: @escaping @Sendable (Content) -> String?) -> TemplateField {
        TemplateField(name: name, shape: .optionalText, needed: []) { content in
            let text = oneLine(value(content) ?? "")
            return text.isEmpty ? .list([]) : .text(text)
        }
    }

    /// A section that is rendered if `isTrue`; otherwise its inverted section is.
    @inlinable
    package static func flag(_ name: String, _ isTrue: @escaping @Sendable (Content) -> Bool) -> TemplateField {
        TemplateField(name: name, shape: .list([:]), needed: []) { .list(isTrue($0) ? [[:]] : []) }
    }

    /// A section that is rendered once for each of `elements`.
    @inlinable
    package static func list<Element>(
        _ name: String, _ fields: TemplateFields<Element>, _ elements: @escaping @Sendable (Content) -> [Element]
    ) -> TemplateField {
        TemplateField(name: name, shape: .list(fields.shapes), needed: fields.needed) { content in
            .list(elements(content).map(fields.values(of:)))
        }
    }
}

/// All names that templates can use for one type of content.
@usableFromInline
package struct TemplateFields<Content>: Sendable {
    @usableFromInline let fields: [TemplateField<Content>]

    /// Creates the set; names must be unique.
    @inlinable
    package init(_ fields: [TemplateField<Content>]) { self.fields = fields }

    /// The shape of each name.
    @inlinable
    package var shapes: [String: TemplateShape] { fields.reduce(into: [:]) { $0[$1.name] = $1.shape } }

    /// The names that a mail's body must use.
    @inlinable
    package var needed: Set<String> { fields.reduce(into: []) { $0.formUnion($1.needed) } }

    /// Returns the value of each name for `content`.
    @inlinable
    package func values(of content: Content) -> [String: TemplateValue] {
        fields.reduce(into: [:]) { $0[$1.name] = $1.value(content) }
    }

    /// Returns the same names for a type that contains `Content`.
    @inlinable
    package func within<Whole>(_ part: @escaping @Sendable (Whole) -> Content) -> [TemplateField<Whole>] {
        fields.map { field in
            TemplateField<Whole>(name: field.name, shape: field.shape, needed: field.needed) { field.value(part($0)) }
        }
    }
}

/// Returns `text` with line ends replaced by spaces.
@usableFromInline
func oneLine(_ text: String) -> String { SafeText.singleLine(text) }
