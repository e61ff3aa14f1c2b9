import FoundationEssentials
import Kernel
import Storage
import Support
import Testing

@Suite("Storage settings")
struct StorageSettingsTests {
    @Test(
        "an invalid signer is refused",
        arguments: [
            "", "hmac", "hmac:", "hmac:id", "hmac:id:", "hmac::secret", "hmac:i d:secret", "hmac:i/d:secret", "rsa:",
            "rsa:/nowhere.json", "rsa:{}", "rsa: {\"client_email\":\"a@b\"}",
            "rsa:{\"client_email\":\"a@b\",\"private_key\":\"x\"}", "iam:", "iam:a b", "gpg:x", "HMAC:id:secret",
        ])
    func refusedSigner(text: String) {
        #expect(StorageSigner(text, readFile: noFile) == nil)
    }

    @Test("an RSA key is read from a file or from the setting itself, an HMAC secret keeps its colons")
    func signers() throws {
        let json = try vector("gcs/test_service_account.not-a-test.json")
        let email = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com"
        let fromFile = try #require(StorageSigner("rsa:key.json") { $0 == "key.json" ? json : nil })
        let inline = try #require(StorageSigner("rsa: \(String(decoding: json, as: UTF8.self))", readFile: noFile))
        #expect(fromFile.identity.accessID == email && inline.identity == fromFile.identity)
        #expect(fromFile.identity.algorithm == .rsa)
        guard case .hmac("id", let secret) = try #require(StorageSigner("hmac:id:a:b", readFile: noFile)) else {
            Issue.record("no HMAC signer")
            return
        }
        #expect(secret.revealed() == "a:b")
    }

    @Test("a signer shows no key when printed")
    func hidden() throws {
        for signer in [try dummySigner(), try #require(StorageSigner("hmac:id:hunter2", readFile: noFile))] {
            var dumped = ""
            dump(signer, to: &dumped)
            #expect(!"\(signer) \(String(reflecting: signer)) \(dumped)".contains("hunter2"))
            #expect(!"\(signer) \(dumped)".contains("PRIVATE"))
        }
    }

    @Test(
        "a base is refused that is more or less than scheme, host and port",
        arguments: [
            "", "storage.googleapis.com", "ftp://host", "https://", "https://host/path", "https://user@host",
            "https://host:", "https://host:0", "https://host:65536", "https://host:+80", "https://host:080",
            "https://host?x", "https://host#x", "https://ho st", "https://HOST", "https://[::1]", "HTTPS://host",
            "https://host//",
        ])
    func refusedBase(text: String) {
        #expect(StorageBase(text) == nil)
    }

    @Test("a base gives scheme, authority and host apart")
    func base() throws {
        let base = try #require(StorageBase("http://localhost:9000/"))
        #expect(base.scheme == "http" && base.authority == "localhost:9000" && base.host == "localhost" && base.isPlain)
        #expect(StorageBase("https://storage.googleapis.com") == .google && !StorageBase.google.isPlain)
    }

    @Test(
        "a bucket with an invalid name is refused",
        arguments: [
            "", "ab", "Bucket", "-bucket", "bucket-", "buc ket", "buc/ket", "buc..ket", "buckét",
            String(repeating: "a", count: 223),
        ])
    func refusedBucket(name: String) {
        #expect(Bucket(name, at: .google) == nil)
        #expect(Bucket("my.bucket_1", at: .google)?.name == "my.bucket_1")
    }
}

@Suite("Object name")
struct ObjectNameTests {
    @Test(
        "is refused when it could leave its folder or confuse a file system",
        arguments: [
            "", "a", "a/b/c", "a/b/c/d/e", "a//c/d", "/a/b/c/d", "a/b/c/", "../b/c/d", "a/../c/d", "a/b/./d",
            "a/b/c/.hidden", "a/b/c/d..e", "a/b/c/d.", "a/b/c/-d", "a/b/c/ d", "a/b/c/d ", "a/b/c/d  e", "a/b/c/d\\e",
            "a/b/c/d\ne", "a/b/c/d\0", "a/b/c/d\u{7F}", "a/b/c/dé", "a/b/c/d\"e", "a/b/c/d%2Fe", "a/b/c/d?e",
            "a/b/c/d#e", "a/b/c/d;e", "a/b/c/" + String(repeating: "d", count: 129),
        ])
    func refused(text: String) {
        #expect(ObjectName(text) == nil)
    }

    @Test("is product, version, platform and file")
    func parts() throws {
        let name = try #require(ObjectName("genx-delay/1.0.0-beta.1+5/windows-x64/GenX Delay_1.0-.exe"))
        #expect(name.product == "genx-delay" && name.version == "1.0.0-beta.1+5" && name.platform == "windows-x64")
        #expect(name.file == "GenX Delay_1.0-.exe")
        #expect(ObjectName(name.description) == name)
    }
}

@Suite("Content disposition")
struct ContentDispositionTests {
    @Test(
        "saves under the name, followed by the exact name when the plain form cannot express it",
        arguments: [
            ("GenX Delay 1.0.pkg", "attachment; filename=\"GenX Delay 1.0.pkg\""),
            ("a\"b.zip", "attachment; filename=\"a_b.zip\"; filename*=UTF-8''a%22b.zip"),
            ("Größe€.zip", "attachment; filename=\"Gr__e_.zip\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%E2%82%AC.zip"),
            ("a\r\nb", "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
            ("../a\\b:c", "attachment; filename=\".._a_b_c\"; filename*=UTF-8''..%2Fa%5Cb%3Ac"),
            ("100%41.zip", "attachment; filename=\"100_41.zip\"; filename*=UTF-8''100%2541.zip"),
        ])
    func names(name: String, value: String) {
        #expect(ContentDisposition.attachment(fileName: name) == value)
    }
}
