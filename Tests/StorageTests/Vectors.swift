import FoundationEssentials
import Kernel
import Storage
import Testing

/// The bytes of a file that Google published (`Tests/Vectors/SOURCES.md`).
func vector(_ name: String, _ file: String = #filePath) throws -> [UInt8] {
    let folder = file.split(separator: "/").dropLast(2).joined(separator: "/")
    return Array(try Data(contentsOf: URL(filePath: "/\(folder)/Vectors/gcs/\(name)")))
}

/// A file that is nowhere.
func noFile(_ path: String) -> [UInt8]? { nil }

/// Google's dummy service account.
func dummySigner() throws -> StorageSigner {
    let json = try vector("test_service_account.not-a-test.json")
    return try #require(StorageSigner(serviceAccountKey: json))
}
