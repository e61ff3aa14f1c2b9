import Kernel
import Licensing
import Support

/// A key ring with secrets of the versions given, the first current.
func keys(_ versions: Int...) throws -> KeyRing {
    KeyRing(
        secrets: try secrets(of: versions), pepper: Pepper(Secret("pepperpepperpepperpepperpepperpepper")))
}

/// A key of a random license behind a random prefix.
func randomKey(_ random: inout SeededGenerator) throws -> LicenseKey {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    let prefix = String((0..<Int.random(in: 2...8, using: &random)).map { _ in random.one(of: letters) })
    let id = LicenseID(UUIDv7(at: Instant(unixSeconds: 0), entropy: (random.next(), random.next())))
    return try keys(1).key(of: KeyOrigin(license: id, prefix: prefix, version: 1, reissues: 0))
}
