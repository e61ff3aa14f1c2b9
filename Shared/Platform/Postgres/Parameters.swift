/// A statement's values as libpq takes them; the memory serves one statement after the other.
struct Parameters {
    /// Each value's length; 0 for NULL and where libpq looks for the end itself.
    private(set) var lengths: [Int32] = []
    /// 1 for the binary format, 0 for text.
    private(set) var formats: [Int32] = []
    private var bytes: [UInt8] = []
    /// Where in `bytes` each value begins; -1 for NULL.
    private var starts: [Int] = []

    /// Takes other values in place of those before.
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
            // The text format ends with a zero byte, which the binary one does not see.
            bytes.append(0)
        }
        // What one large statement needed is not kept for ever.
        if bytes.capacity > Parameters.keptBytes, bytes.count < Parameters.keptBytes { bytes = Array(bytes) }
    }

    /// Lends where the values lie, one pointer each.
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
