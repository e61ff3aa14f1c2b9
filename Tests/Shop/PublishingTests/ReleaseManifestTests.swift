import JSON
import Kernel
import Publishing
import Storage
import Testing

@Suite("Release manifest")
struct ReleaseManifestTests {
    private static let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private static func text(
        product: String = "genx-delay", at time: String = "2026-11-20T18:59:00Z",
        object: String = "genx-delay/1.0.0/macos/GenX.pkg", size: String = "3", digest: String = digest,
        extra: String = ""
    ) -> String {
        """
        {"product":"\(product)","version":"1.0.0","released_at":"\(time)","unknown":1,"files":[
        {"platform":"macos","name":"GenX.pkg","object":"\(object)","size":\(size),"sha256":"\(digest)"}\(extra)]}
        """
    }

    private func fault(_ text: String) -> ReleaseManifest.Fault? {
        do {
            _ = try ReleaseManifest(json: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "is refused with the name of the member at fault",
        arguments: [
            (text(object: "genx-delay/1.0.0/macos/Other.pkg"), "files.0"), (text(size: "0"), "files.0"),
            (text(size: "-1"), "files.0"), (text(digest: String(digest.dropLast(2))), "files.0"),
            (text(digest: digest.uppercased()), "files.0"), (text(object: "../1.0.0/macos/GenX.pkg"), "files.0"),
            (text(product: "genx/delay"), "files.0"), (text(at: "yesterday"), "released_at"),
            (text(at: "2026-11-31T00:00:00Z"), "released_at"), (text(at: "2026-11-20T18:59:00+01:00"), "released_at"),
            (text(at: "2026-11-20T25:00:00Z"), "released_at"), (text(at: "2026-11-20T18:59:00Zjunk"), "released_at"),
            (#"{"product":"p","version":"1","released_at":"2026-11-20T18:59:00Z","files":[]}"#, "files"),
            (#"{"product":"../p","version":"1","released_at":"2026-11-20T18:59:00Z","files":[]}"#, "product"),
            (#"{"product":"p","version":"","released_at":"2026-11-20T18:59:00Z","files":[]}"#, "version"),
        ])
    func invalid(text: String, field: String) {
        #expect(fault(text) == .invalid(field: field))
    }

    @Test("is refused when it is no JSON or lacks a member")
    func malformed() {
        #expect(fault("") == .malformed(field: ""))
        #expect(fault("{") == .malformed(field: ""))
        #expect(fault("{}") == .malformed(field: "product"))
        #expect(fault(Self.text(size: "\"3\"")) == .malformed(field: "files.0.size"))
        #expect(fault(Self.text(size: "1.5"))?.isMalformed == true)
    }

    @Test("is refused when it names one file twice")
    func twice() {
        let again =
            #",{"platform":"macos","name":"GenX.pkg","object":"genx-delay/1.0.0/macos/GenX.pkg","size":4,"#
            + #""sha256":"\#(Self.digest)"}"#
        #expect(fault(Self.text(extra: again)) == .invalid(field: "files"))
    }

    @Test("comes back from its own text")
    func roundTrip() throws {
        let read = try ReleaseManifest(json: Array(Self.text(at: "2026-11-20T18:59:00.123456Z").utf8))
        #expect(read.product == "genx-delay" && read.version == "1.0.0")
        #expect(read.releasedAt == Instant(microseconds: 1_795_201_140_123_456))
        #expect(read.files.first?.size == 3 && read.files.first?.object.platform == "macos")
        #expect(try ReleaseManifest(json: read.json.utf8) == read)
        #expect(
            read.json.text.hasPrefix(#"{"product":"genx-delay","version":"1.0.0","released_at":"2026-11-20T18:59:00."#))
        let whole = try ReleaseManifest(json: Array(Self.text().utf8))
        #expect(whole.releasedAt == Instant(unixSeconds: 1_795_201_140))
        #expect(ReleaseManifest.objectName(product: "p", version: "1") == "p/1/manifest.json")
    }

    @Test("holds files of its own product and version only")
    func foreign() throws {
        let object = try #require(ObjectName("other/1.0.0/macos/GenX.pkg"))
        let file = try #require(ReleaseManifest.File(object: object, size: 1, digest: [UInt8](repeating: 0, count: 32)))
        #expect(throws: ReleaseManifest.Fault.invalid(field: "files")) {
            try ReleaseManifest(product: "p", version: "1.0.0", releasedAt: Instant(unixSeconds: 0), files: [file])
        }
        #expect(ReleaseManifest.File(object: object, size: 1, digest: []) == nil)
    }
}

extension ReleaseManifest.Fault {
    fileprivate var isMalformed: Bool {
        guard case .malformed = self else { return false }
        return true
    }
}
