import Kernel
import Settings
import Testing

@Suite("Public URL")
struct PublicURLTests {
    private func read(_ value: String?, allowsPlain: Bool = false) throws(SettingsFault) -> PublicURL {
        var read = SettingsReader(value.map { ["PUBLIC_URL": $0] } ?? [:])
        let url = PublicURL(&read, allowsPlain: allowsPlain)
        return try read.unwrap(url)
    }

    @Test(
        "makes links to paths", arguments: ["https://shop.example", "https://shop.example/", "http://localhost:8080"])
    func links(value: String) throws {
        let base = value.hasSuffix("/") ? String(value.dropLast()) : value
        #expect(try read(value).link("/download/x") == base + "/download/x")
    }

    @Test(
        "is refused by name when it is missing, invalid, or not encrypted",
        arguments: [nil, "", "shop.example", "https://shop.example/path", "http://shop.example", "javascript:alert(1)"])
    func refused(value: String?) {
        let fault = #expect(throws: SettingsFault.self) { try read(value) }
        #expect(fault?.lines.count == 1 && fault?.lines[0].hasPrefix("PUBLIC_URL ") == true)
    }

    @Test("may be plain anywhere when only test money moves")
    func plain() throws {
        #expect(try read("http://shop.test", allowsPlain: true).link("/") == "http://shop.test/")
    }
}
