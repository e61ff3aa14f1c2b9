package import Kernel

extension EmailAddress {
    /// Parses an address as people write it: the domain in any form becomes A-labels, the local part may be beyond ASCII.
    ///
    /// `nil` if it is not an address that mail could go to.
    package init?(typed text: String) {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else {
            self.init(stored: text)
            return
        }
        let trimmed = text.trimmingBlanks()
        // What input methods write for the signs of an address (UTS 46 maps the full stops of the domain).
        guard let at = trimmed.lastIndex(where: { $0 == "@" || $0 == "＠" }) else { return nil }
        guard let domain = DomainName.ascii(String(trimmed[trimmed.index(after: at)...])) else { return nil }
        self.init(stored: "\(trimmed[..<at])@\(domain)")
    }

    /// The address as people write it, with U-labels.
    package var shown: String { "\(text.prefix { $0 != "@" })@\(shownDomain)" }

    /// The masked form as people write it: `a…@bücher.example`.
    package var shownMasked: String { "\(text.prefix(1))…@\(shownDomain)" }

    private var shownDomain: String { DomainName.unicode(String(text.drop { $0 != "@" }.dropFirst())) }
}
