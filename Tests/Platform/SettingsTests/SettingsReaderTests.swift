import Kernel
import Settings
import Testing

@Suite("Settings reader")
struct SettingsReaderTests {
    @Test("names every fault together, without values")
    func together() throws {
        var read = SettingsReader(["PORT": "hunter2", "EMPTY": ""])
        _ = read.integer("PORT", in: 1...65_535, default: 8080)
        _ = read.secret("EMPTY")
        _ = read.text("GONE")
        let number: Int? = read.value("NUMBER", expected: "a number") { Int($0) }
        #expect(number == nil)
        let fault = try #require(throws: SettingsFault.self) { try read.finish() }
        #expect(fault.missing == ["EMPTY", "GONE", "NUMBER"])
        #expect(fault.invalid.map(\.name) == ["PORT"])
        #expect(!fault.lines.joined().contains("hunter2"))
    }

    @Test("gives what is there and defaults for what is not")
    func gives() throws {
        var read = SettingsReader(["PORT": "9", "NAME": "x"])
        #expect(read.integer("PORT", in: 1...65_535, default: 8080) == 9)
        #expect(read.integer("SIZE", in: 1...10, default: 4) == 4)
        #expect(read.text("NAME") == "x")
        try read.finish()
    }
}
