package import Kernel

extension TraceContext {
    /// The trace named by `traceparent` (W3C Trace Context) or else by `X-Cloud-Trace-Context`; a field that is not
    /// exactly what its specification says, or comes twice, names none.
    ///
    /// Sources: <https://www.w3.org/TR/trace-context/#traceparent-header>,
    /// <https://cloud.google.com/trace/docs/trace-context>
    package init(_ fields: Fields) {
        self =
            fields.only("traceparent").flatMap(TraceContext.init(w3c:))
            ?? fields.only("x-cloud-trace-context").flatMap(TraceContext.init(cloud:)) ?? .none
    }

    /// Reads `version-trace-parent-flags`, all of them lower-case hexadecimal digits.
    ///
    /// Version 00 has nothing behind the flags; a later one may, behind a dash, and is read as far as 00 goes. Of the
    /// flags the lowest bit says «sampled».
    private init?(w3c text: String) {
        var rest = text.utf8[...]
        guard let version = hexadecimal(&rest, digits: 2), version != 0xFF, dash(&rest),
            let upper = hexadecimal(&rest, digits: 16), let lower = hexadecimal(&rest, digits: 16), dash(&rest),
            let span = hexadecimal(&rest, digits: 16), span != 0, dash(&rest),
            let flags = hexadecimal(&rest, digits: 2), rest.isEmpty || (version > 0 && dash(&rest))
        else { return nil }
        self.init(id: (upper, lower), span: span, isSampled: flags & 1 == 1)
    }

    /// Reads `trace/span;o=options`, of which all but the trace may be left out.
    ///
    /// The trace has 32 hexadecimal digits; the span has decimal ones and is 0 where there is none; the options' lowest
    /// bit says «sampled».
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
    /// The value of a field that comes exactly once.
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

/// Takes `count` lower-case digits, 16 at most, off the front.
private func hexadecimal(_ rest: inout Substring.UTF8View, digits count: Int) -> UInt64? {
    var number: UInt64 = 0
    for _ in 0..<count {
        guard let value = rest.popFirst()?.lowercaseHexadecimalValue else { return nil }
        number = number << 4 | UInt64(value)
    }
    return number
}

/// Takes the decimal digits off the front; `nil` when there is none, or the number has no room.
private func decimal(_ rest: inout Substring.UTF8View) -> UInt64? {
    let digits = rest.prefix(while: \.isASCIIDigit)
    rest = rest[digits.endIndex...]
    return UInt64(Substring(digits))
}
