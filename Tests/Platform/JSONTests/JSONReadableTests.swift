import JSON
import Testing

private struct Release: JSONReadable, Equatable {
    struct File: JSONReadable, Equatable {
        let name: String
        let size: Int64

        init(json node: JSONNode) throws(MalformedDocument) {
            name = try node.required("name")
            size = try node.required("size")
        }
    }

    let version: String
    let isPublic: Bool?
    let files: [File]
    let notes: [String: String]?

    init(json node: JSONNode) throws(MalformedDocument) {
        version = try node.required("version")
        isPublic = try node.optional("public")
        files = try node.required("files")
        notes = try node.optional("notes")
    }
}

@Suite struct JSONReadableTests {
    private func release(_ text: String) throws(MalformedDocument) -> Release { try Release(json: Array(text.utf8)) }

    @Test func readsPartsAndPassesOverOthers() throws {
        let read = try release(
            #"{"version":"1.2","files":[{"name":"a.zip","size":3,"more":[]}],"public":null,"notes":{"en":"new"},"x":1}"#
        )
        #expect(read.version == "1.2")
        #expect(read.isPublic == nil)
        #expect(read.files.map(\.name) == ["a.zip"])
        #expect(read.files.map(\.size) == [3])
        #expect(read.notes == ["en": "new"])
    }

    @Test(arguments: [
        (#"{"files":[]}"#, "version"), (#"{"version":null,"files":[]}"#, "version"),
        (#"{"version":1,"files":[]}"#, "version"), (#"{"version":"1"}"#, "files"),
        (#"{"version":"1","files":{}}"#, "files"), (#"{"version":"1","files":[null]}"#, "files.0"),
        (#"{"version":"1","files":[{"name":"a","size":1},{"name":"b","size":"1"}]}"#, "files.1.size"),
        (#"{"version":"1","files":[],"public":"yes"}"#, "public"),
        (#"{"version":"1","files":[],"notes":{"en":1}}"#, "notes.en"), ("[]", ""), ("7", ""), ("{", ""),
    ])
    func namesThePartAtFault(text: String, field: String) {
        #expect(throws: MalformedDocument(field: field)) { try release(text) }
    }
}
