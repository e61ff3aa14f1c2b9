import Crypto
import Testing

@Suite("Constant-time comparison and random bytes")
struct ConstantTimeTests {
    @Test("one flipped bit anywhere is a difference")
    func everyBit() {
        let tag = SHA256.hash(Array("tag".utf8))
        for bit in 0..<(tag.count * 8) {
            var other = tag
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!ConstantTime.equal(tag, other))
        }
    }

    @Test("different lengths are different, and the same bytes are the same")
    func lengths() {
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.equal([], [0]))
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
    }

    @Test("random bytes come in the number asked for and do not repeat")
    func random() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(Set((0..<1_000).map { _ in SecureRandom.bytes(16) }).count == 1_000)
        #expect(SecureRandom.bytes(33).count == 33)
    }
}
