import Kernel
import Settings
import Testing

@testable import StorageClient

@Suite("Cloud settings")
struct CloudSettingsTests {
    @Test("are Google's own where nothing is set")
    func defaults() throws {
        var read = SettingsReader([:])
        let settings = CloudSettings(&read)
        #expect(settings?.metadataHost == "metadata.google.internal")
        #expect(settings?.credentialsBase.text == "https://iamcredentials.googleapis.com")
        try read.finish()
    }

    @Test(
        "accept another host on this machine, and an unencrypted one only with a test key",
        arguments: [
            ("GCE_METADATA_HOST", "127.0.0.1:8091", true, true), ("GCE_METADATA_HOST", "localhost:1", true, true),
            ("GCE_METADATA_HOST", "169.254.169.254", true, true), ("GCE_METADATA_HOST", "sandbox:8091", false, true),
            ("GCE_METADATA_HOST", "evil.example", false, true), ("GCE_METADATA_HOST", "localhost/x", false, false),
            ("GCE_METADATA_HOST", "a@localhost", false, false), ("GCE_METADATA_HOST", "http://localhost", false, false),
            ("IAM_CREDENTIALS_BASE", "http://127.0.0.1:8091", true, true),
            ("IAM_CREDENTIALS_BASE", "http://sandbox:8091", false, true),
            ("IAM_CREDENTIALS_BASE", "https://iam.example", true, true),
            ("IAM_CREDENTIALS_BASE", "https://iam.example/v1", false, false),
        ])
    func places(name: String, value: String, isFine: Bool, isFineForTests: Bool) {
        for (allowsPlain, expected) in [(false, isFine), (true, isFineForTests)] {
            var read = SettingsReader([name: value])
            let settings = CloudSettings(&read, allowsPlain: allowsPlain)
            #expect((settings != nil) == expected)
            var fault: SettingsFault?
            do { try read.finish() } catch { fault = error }
            #expect(fault?.invalid.map(\.name) == (expected ? nil : [name]))
        }
    }
}
