internal import CIDN2

/// The two forms of an internationalized domain name: IDNA2008 with the mappings of UTS 46, by libidn2.
package enum DomainName {
    /// Returns the form that is stored, compared and sent, with A-labels: `xn--bcher-kva.example`.
    ///
    /// `nil` if `text` has no such form. A name in ASCII stays as it is, and whether the result is a domain name is for
    /// `EmailAddress` to say.
    package static func ascii(_ text: String) -> String? {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        // Not transitional: `straße` and `strasse` are two names (UTS 46 section 4). Without the flag for STD3: it makes
        // libidn2 drop a space or an underscore, which would be another name; so they stay, and are no domain's.
        let flags = Int32(IDN2_NONTRANSITIONAL.rawValue)
        return unsafe converted(text) { unsafe idn2_to_ascii_8z($0, $1, flags) }
    }

    /// Returns the form that people read, with U-labels: `bücher.example`; the text itself if it has no such form.
    package static func unicode(_ text: String) -> String {
        let lower = text.lowercased()
        guard lower.split(separator: ".").contains(where: { $0.hasPrefix("xn--") }) else { return text }
        guard let name = unsafe converted(lower, { unsafe idn2_to_unicode_8z8z($0, $1, 0) }), ascii(name) == lower
        else { return text }
        return name
    }

    private static func converted(
        _ text: String, _ convert: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> String? {
        // The limit of a domain name is 253; its form in UTF-8 has no more than four times as many bytes.
        guard text.utf8.count <= 1024, !text.utf8.contains(0) else { return nil }
        var result: UnsafeMutablePointer<CChar>?
        let code = unsafe text.withCString { text in
            unsafe withUnsafeMutablePointer(to: &result) { unsafe convert(text, $0) }
        }
        guard code == IDN2_OK.rawValue, let result = unsafe result else { return nil }
        defer { unsafe idn2_free(result) }
        return unsafe String(validatingCString: result)
    }
}
