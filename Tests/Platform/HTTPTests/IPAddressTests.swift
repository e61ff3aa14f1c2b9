import HTTP
import Testing

@Suite("IP address")
struct IPAddressTests {
    @Test(
        "reads every text form of RFC 4291 and dotted IPv4",
        arguments: [
            ("203.0.113.7", [203, 0, 113, 7]), ("0.0.0.0", [0, 0, 0, 0]), ("255.255.255.255", [255, 255, 255, 255]),
            ("::ffff:192.0.2.1", [192, 0, 2, 1]), ("::FFFF:c000:201", [192, 0, 2, 1]),
            ("::", [UInt8](repeating: 0, count: 16)), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
            ("1::", [0, 1] + [UInt8](repeating: 0, count: 14)),
            ("2001:db8::8:800:200c:417a", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0xC, 0x41, 0x7A]),
            ("2001:DB8:0:0:8:800:200C:417A", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0xC, 0x41, 0x7A]),
            ("1:2:3:4:5:6:192.0.2.1", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 192, 0, 2, 1]),
            ("1:2:3:4:5:6:7::", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]),
            ("::2:3:4:5:6:7:8", [0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
        ] as [(String, [UInt8])])
    func reads(text: String, bytes: [UInt8]) {
        #expect(IPAddress(text)?.bytes == bytes)
    }

    @Test(
        "refuses what is none",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.+4", "1.2.3.-4", "1..3.4", "0x1.2.3.4",
            "1.2.3.4:80", "1.2.3.4 ", "localhost", "unknown", "_hidden", ":", ":::", "1:2", "1::2::3", "12345::",
            "g::", "::1%eth0", "[::1]", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1.2.3.4::",
            "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.4.5", "٣.2.3.4", "1.2.3.4\0", "2001:db8:",
            "0000:0000:0000:0000:0000:0000:255.255.255.2555", String(repeating: "1.", count: 5_000),
        ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("has a network that a log may name, and a caller that a limit counts")
    func networks() throws {
        let four = try #require(IPAddress("203.0.113.77"))
        #expect(four.network == "203.0.113.0" && four.caller == [203, 0, 113, 77])
        let six = try #require(IPAddress("2001:db8:1:2:3:4:5:6"))
        #expect(six.network == "2001:db8:1::" && six.caller == [0x20, 1, 0xD, 0xB8, 0, 1, 0, 2])
        #expect(IPAddress("::7")?.network == "::")
        #expect(IPAddress("2001:db8::7")?.network == "2001:db8::")
    }
}

@Suite("Forwarded address")
struct ForwardedAddressTests {
    private func address(_ lines: [String], hops: Int) -> String {
        var fields: Fields = [:]
        for line in lines { fields.append("X-Forwarded-For", line) }
        return Request(path: "/", fields: fields, peer: "10.0.0.1").clientAddress(trustedHops: hops)
    }

    @Test(
        "is without port and brackets",
        arguments: [
            ("203.0.113.7:4711", "203.0.113.7"), ("[2001:db8::7]:443", "2001:db8::7"), ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"), ("\t203.0.113.7 ", "203.0.113.7"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ])
    func forms(entry: String, expected: String) {
        #expect(address(["6.6.6.6, " + entry], hops: 1) == expected)
    }

    @Test(
        "is the peer where the entry that counts is no address",
        arguments: [
            "unknown", "_hidden", "", " ", "203.0.113.7:", "203.0.113.7:http", "203.0.113.7:123456", "[203.0.113.7]",
            "[2001:db8::7", "2001:db8::7]", "[2001:db8::7]x", "[2001:db8::7]:", "\"203.0.113.7\"", "for=203.0.113.7",
            "203.0.113.7 6.6.6.6", "203.0.113.7;6.6.6.6", "é", "203.0.113.7.",
        ])
    func garbage(entry: String) {
        #expect(address(["6.6.6.6, " + entry], hops: 1) == "10.0.0.1")
        #expect(address(["6.6.6.6, \(entry), 192.0.2.1"], hops: 1) == "192.0.2.1")
    }

    @Test("cannot be chosen by a letter that Unicode joins with the comma behind it")
    func joinedComma() {
        let forged = "6.6.6.6, x\u{600}, 203.0.113.7, 192.0.2.1"
        #expect(address([forged], hops: 2) == "203.0.113.7")
        #expect(address([forged], hops: 4) == "6.6.6.6")
    }

    @Test("counts several header lines as one list, from the right")
    func lines() {
        let forged = ["6.6.6.6", "7.7.7.7, 8.8.8.8", "203.0.113.7, 192.0.2.1"]
        #expect(address(forged, hops: 1) == "192.0.2.1")
        #expect(address(forged, hops: 2) == "203.0.113.7")
        #expect(address(["203.0.113.7", "192.0.2.1"], hops: 2) == "203.0.113.7")
        #expect(address(["203.0.113.7", "192.0.2.1"], hops: 3) == "10.0.0.1")
        #expect(address([], hops: 1) == "10.0.0.1")
        #expect(address(forged, hops: 0) == "10.0.0.1")
    }

    @Test("is found at the right of a list as long as a header may be, and of one that is nothing but commas")
    func long() {
        let many = String(repeating: "6.6.6.6,", count: 2_000)
        #expect(address([many + "203.0.113.7"], hops: 1) == "203.0.113.7")
        #expect(address([many + "203.0.113.7,192.0.2.1"], hops: 2) == "203.0.113.7")
        #expect(address([String(repeating: ",", count: 16_000)], hops: 1) == "10.0.0.1")
        #expect(address([String(repeating: "6", count: 16_000)], hops: 1) == "10.0.0.1")
    }
}
