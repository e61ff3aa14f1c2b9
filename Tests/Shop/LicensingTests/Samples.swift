import Kernel
import Licensing
import Support

/// A key ring with secrets of the versions given, the first current.
func keys(_ versions: Int...) throws -> KeyRing {
    KeyRing(
        secrets: try secrets(of: versions), pepper: Pepper(Secret("pepperpepperpepperpepperpepperpepper")))
}
