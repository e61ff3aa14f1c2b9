internal import Kernel

/// HTML that is safe to send: tags come only from source literals, and interpolated text is escaped.
///
/// Interpolated `Markup` is inserted unescaped. Attribute values must be double-quoted.
package struct Markup: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The HTML text.
    package private(set) var html: String

    /// Empty markup.
    package static let empty: Markup = ""

    package init(stringLiteral html: StaticString) { self.html = html.description }

    package init(stringInterpolation built: Interpolation) { html = built.html }

    private init(html: String) { self.html = html }

    /// Joins the markup of `elements`, one per line.
    package static func lines<Element>(_ elements: [Element], _ markup: (Element) -> Markup) -> Markup {
        Markup(html: elements.map { markup($0).html }.joined(separator: "\n"))
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        package mutating func appendLiteral(_ literal: StaticString) { html += literal.description }
        package mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        package mutating func appendInterpolation(_ text: String) { html += HTML.escape(text) }
        package mutating func appendInterpolation(_ number: Int) { html += String(number) }
        package mutating func appendInterpolation(_ number: Int64) { html += String(number) }
    }
}
