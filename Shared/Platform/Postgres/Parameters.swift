/// A statement's values in libpq's form; the buffers are reused by later statements.
struct Parameters {
    /// The length of each value; 0 for NULL and for text, which is NUL-terminated.
    private(set) var lengths: [Int32] = []
    /// 1 for the binary format, 0 for text.
    private(set) var formats: [Int32] = []
    private var bytes: [UInt8] = []
    /// Each value's offset in `bytes`; -1 for NULL.
    private var starts: [Int] = []

    /// Replaces the values.
    mutating func fill(_ values: [SQLValue]) {
        bytes.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        for value in values {
            let start = bytes.count
            starts.append(value.write(to: &bytes) ? start : -1)
            lengths.append(Int32(bytes.count - start))
            formats.append(value.isBinary ? 1 : 0)
            // The text format is NUL-terminated; the binary format ignores the extra byte.
            bytes.append(0)
        }
        // Frees the memory that one large statement needed.
        if bytes.capacity > Parameters.keptBytes, bytes.count < Parameters.keptBytes { bytes = Array(bytes) }
    }

    /// Lends an array of pointers to the values.
    func withPointers<Output>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Output) -> Output {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: starts.count) { pointers in
                for (index, start) in starts.enumerated() {
                    let value = unsafe start < 0 ? nil : buffer.baseAddress?.advanced(by: start)
                    unsafe pointers.initializeElement(at: index, to: value?.assumingMemoryBound(to: CChar.self))
                }
                return unsafe body(UnsafePointer(pointers.baseAddress))
            }
        }
    }

    private static let keptBytes = 64 * 1024
}
