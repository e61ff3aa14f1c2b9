import FoundationEssentials
import Postgres
import Settings
import Support
import Testing

@testable import OrdersFunction

@Suite("Orders settings")
struct OrdersSettingsTests {
    private struct Table: Decodable {
        struct Row: Decodable {
            let name: String
            let settings: [String]
        }
        let functions: [Row]
    }

    /// The settings that the table of functions gives to this one.
    private func named() throws -> [String] {
        let json = try String(contentsOfFile: repositoryRoot + "/infra/functions.json", encoding: .utf8)
        let rows = try JSONDecoder().decode(Table.self, from: Data(json.utf8)).functions
        return try #require(rows.first { $0.name == "orders" }).settings
    }

    @Test("are all in the table of functions, and without any of them that is needed the faults name it")
    func table() throws {
        let environment = sampleEnvironment.filter { try! named().contains($0.key) }
        _ = try OrdersSettings(environment)
        for name in environment.keys where name != "STRIPE_API_BASE" {
            let fault = #expect(throws: SettingsFault.self) {
                try OrdersSettings(environment.filter { $0.key != name })
            }
            #expect(fault?.lines.contains("\(name) is missing") == true)
        }
    }

    @Test("that are faulty are named together, without values")
    func faults() throws {
        let fault = #expect(throws: SettingsFault.self) { try OrdersSettings(["STRIPE_API_KEY": "secret-value"]) }
        let lines = try #require(fault?.lines)
        #expect(lines.contains("DATABASE_URL is missing") && lines.contains("KEY_PEPPER is missing"))
        #expect(lines.contains { $0.hasPrefix("STRIPE_API_KEY is not usable") })
        #expect(!lines.joined().contains("secret-value"))
    }
}
