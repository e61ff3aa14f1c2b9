import Kernel
import Server
import Settings
import Storage
import StorageClient
import Testing

@testable import DownloadFunction

@Suite("Download settings")
struct DownloadSettingsTests {
    static let good = [
        "DATABASE_URL": "postgres://download@localhost/latchkey", "PUBLIC_URL": "https://shop.example/",
        "TOKEN_SECRETS": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "STORAGE_BUCKET": "releases",
        "STORAGE_SIGNER": "hmac:GOOG1EXAMPLE:secret",
    ]

    @Test("are complete with five names")
    func complete() throws {
        let settings = try DownloadSettings(DownloadSettingsTests.good)
        #expect(settings.publicURL.link("/x") == "https://shop.example/x")
        #expect(settings.storage.bucket.name == "releases")
        #expect(settings.server.port == 8080)
    }

    @Test("name every fault together, and never a value")
    func faults() throws {
        let environment = [
            "DATABASE_URL": "mysql://hunter2", "TOKEN_SECRETS": "1:hunter2", "STORAGE_SIGNER": "hmac:hunter2",
            "STORAGE_BASE": "ftp://hunter2",
        ]
        let fault = #expect(throws: SettingsFault.self) { try DownloadSettings(environment) }
        #expect(fault?.missing == ["PUBLIC_URL", "STORAGE_BUCKET"])
        #expect(fault?.invalid.map(\.name) == ["DATABASE_URL", "TOKEN_SECRETS", "STORAGE_BASE", "STORAGE_SIGNER"])
        #expect(fault?.lines.contains { $0.contains("hunter2") } == false)
    }

    @Test("accept a signer without a key, and its host")
    func keyless() throws {
        let changes = [
            "STORAGE_SIGNER": "iam:download@project.example", "GCE_METADATA_HOST": "127.0.0.1:9000",
            "IAM_CREDENTIALS_BASE": "http://127.0.0.1:9000",
        ]
        let settings = try DownloadSettings(DownloadSettingsTests.good.merging(changes) { $1 })
        #expect(settings.cloud.metadataHost == "127.0.0.1:9000")
        #expect(settings.cloud.credentialsBase.text == "http://127.0.0.1:9000")
    }

    @Test(
        "refuse what could be read on the way, and a signer that is none",
        arguments: [
            ("PUBLIC_URL", "http://shop.example"), ("STORAGE_BASE", "http://storage.example"),
            ("STORAGE_SIGNER", "iam:"), ("STORAGE_SIGNER", "rsa:/no/such/file"),
            ("GCE_METADATA_HOST", "metadata.example"), ("IAM_CREDENTIALS_BASE", "http://iam.example"),
        ])
    func refused(name: String, value: String) throws {
        let environment = DownloadSettingsTests.good.merging([name: value]) { $1 }
        let fault = #expect(throws: SettingsFault.self) { try DownloadSettings(environment) }
        #expect(fault?.invalid.map(\.name) == [name])
    }

    @Test("take plain http for this machine", arguments: ["PUBLIC_URL", "STORAGE_BASE"])
    func loopback(name: String) throws {
        _ = try DownloadSettings(DownloadSettingsTests.good.merging([name: "http://127.0.0.1:9000"]) { $1 })
    }
}
