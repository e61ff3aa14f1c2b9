import Kernel
import Settings
import Testing

@testable import Sandbox

@Suite("Settings")
struct SandboxSettingsTests {
    @Test("the required settings suffice, and only the loopback address is listened on")
    func defaults() throws {
        var environment = TestSandbox.environment
        for name in ["PORT", "STORAGE_PORT", "PUBLIC_BASE"] { environment[name] = nil }
        let settings = try SandboxSettings(environment)
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8090)
        #expect(settings.storagePort == 8091)
        #expect(settings.publicBase == "http://127.0.0.1:8090")
        #expect(settings.catalog.prices["price_delay"]?.unitAmount == 4900)
    }

    @Test("all missing settings are named together")
    func missing() {
        #expect {
            try SandboxSettings(["SANDBOX_PRICES": "/nowhere", "WEBHOOK_URL": "http://x"])
        } throws: { error in
            let fault = error as? SettingsFault
            return fault?.missing == ["STRIPE_API_KEY", "WEBHOOK_SECRET", "STORAGE_FOLDER"]
                && fault?.invalid.map(\.name) == ["SANDBOX_PRICES"]
        }
    }

    @Test("a live key is found in any setting", arguments: ["sk_live_1", "rk_live_1", " sk_live_1"])
    func live(key: String) {
        #expect(SandboxSettings.liveKeys(in: ["A": "sk_test_1", "STRIPE_API_KEY": key]) == ["STRIPE_API_KEY"])
    }

    @Test("several webhook secrets are separated by commas")
    func secrets() throws {
        let environment = TestSandbox.environment.merging(["WEBHOOK_SECRET": "whsec_a,whsec_b"]) { $1 }
        #expect(try SandboxSettings(environment).webhook?.secrets.map { $0.revealed() } == ["whsec_a", "whsec_b"])
    }
}
