import Crypto
import Testing

@Suite("MD5")
struct MD5Tests {
    // Source: RFC 1321 appendix A.5.
    @Test(
        "makes the checksums of the RFC's examples",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ])
    func examples(text: String, checksum: String) {
        #expect(Hex.encode(MD5.hash(Array(text.utf8))) == checksum)
    }

    @Test("comes to the same in pieces of any size", arguments: [1, 7, 64])
    func pieces(size: Int) {
        let text = Array("message digest".utf8)
        var checksum = MD5()
        for start in stride(from: 0, to: text.count, by: size) {
            let piece = Array(text[start..<min(start + size, text.count)])
            checksum.update(piece.span)
        }
        #expect(Hex.encode(checksum.finish()) == "f96b697d7cb7938d525a2f31aaf161d0")
    }
}
