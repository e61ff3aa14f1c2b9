package import Kernel

extension TraceContext {
    /// Reads the trace from `traceparent` (W3C Trace Context), or else from `X-Cloud-Trace-Context`.
    ///
    /// A field that violates its specification or occurs twice is ignored.
    ///
    /// Sources: <https://www.w3.org/TR/trace-context/#traceparent-header>,
    /// <https://cloud.google.com/trace/docs/trace-context>
    package init(_ fields: Fields) {
        self =
            fields.only("traceparent").flatMap(TraceContext.init(w3c:))
            ?? fields.only("x-cloud-trace-context").flatMap(TraceContext.init(cloud:)) ?? .none
    }

    /// Parses `version-trace-parent-flags`, all in lower-case hexadecimal digits.
    ///
    /// Version 00 ends with the flags; a later version may continue after a dash, and is parsed like 00. The lowest bit
    /// of the flags means «sampled».
    private init?(w3c text: String) {
        var rest = text.utf8[...]
        guard let version = hexadecimal(&rest, digits: 2), version != 0xFF, dash(&rest),
            let upper = hexadecimal(&rest, digits: 16), let lower = hexadecimal(&rest, digits: 16), dash(&rest),
            let span = hexadecimal(&rest, digits: 16), span != 0, dash(&rest),
            let flags = hexadecimal(&rest, digits: 2), rest.isEmpty || (version > 0 && dash(&rest))
        else { return nil }
        self.init(id: (upper, lower), span: span, isSampled: flags & 1 == 1)
    }

    /// Parses `trace/span;o=options`; all parts except the trace are optional.
    ///
    /// The trace has 32 hexadecimal digits. The span is decimal, 0 if absent. The lowest bit of the options means
    /// «sampled».
    private init?(cloud text: String) {
        var rest = text.utf8[...]
        guard let upper = hexadecimal(&rest, digits: 16), let lower = hexadecimal(&rest, digits: 16) else { return nil }
        var (span, isSampled): (UInt64, Bool?) = (0, nil)
        if rest.first == UInt8(ascii: "/") {
            rest.removeFirst()
            guard let number = decimal(&rest) else { return nil }
            span = number
        }
        if rest.starts(with: ";o=".utf8) {
            rest = rest.dropFirst(3)
            guard let options = decimal(&rest) else { return nil }
            isSampled = options & 1 == 1
        }
        guard rest.isEmpty else { return nil }
        self.init(id: (upper, lower), span: span, isSampled: isSampled)
    }
}

extension Fields {
    /// The value of a field that occurs exactly once.
    fileprivate func only(_ name: String) -> String? {
        var found: String?
        for line in lines where equalIgnoringCase(line.name, name) {
            guard found == nil else { return nil }
            found = line.value
        }
        return found
    }
}

private func dash(_ rest: inout Substring.UTF8View) -> Bool { rest.popFirst() == UInt8(ascii: "-") }

/// Consumes `count` lower-case hexadecimal digits, at most 16.
private func hexadecimal(_ rest: inout Substring.UTF8View, digits count: Int) -> UInt64? {
    var number: UInt64 = 0
    for _ in 0..<count {
        guard let value = rest.popFirst()?.lowercaseHexadecimalValue else { return nil }
        number = number << 4 | UInt64(value)
    }
    return number
}

/// Consumes decimal digits; `nil` if there are none or the number overflows.
private func decimal(_ rest: inout Substring.UTF8View) -> UInt64? {
    let digits = rest.prefix(while: \.isASCIIDigit)
    rest = rest[digits.endIndex...]
    return UInt64(Substring(digits))
}
