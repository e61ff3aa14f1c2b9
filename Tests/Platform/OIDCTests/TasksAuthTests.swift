import EventLoop
import HTTP
import Kernel
import Log
import OIDC
import Support
import Testing

@Suite("Tasks auth")
struct TasksAuthTests {
    private let secret = String(repeating: "s", count: 32)

    @Test(
        "refuses a caller without the token",
        arguments: [
            nil, "", "Bearer ", "Bearer sss", "Bearerssssssssssssssssssssssssssssssss",
            "Basic ssssssssssssssssssssssssssssssss",
        ])
    func refuses(header: String?) async throws {
        let settings = TasksSettings(auth: try #require(TasksAuth("token:" + secret)))
        let request = Request(method: .post, path: "/tasks/x", fields: header.map { ["Authorization": $0] } ?? [:])
        try await onLoop {
            let log = CapturedLog()
            let authorizer = SchedulerAuthorizer(settings, log: log.log)
            await #expect(throws: Refusal.self) { try await authorizer.authorize(request) }
            #expect(log.text.contains("a task's caller was not believed"))
            #expect(!log.text.contains("sss"))
        }
    }

    @Test("lets the token pass, its scheme in any case, and everyone where the platform checks")
    func admits() async throws {
        let requests = ["Bearer", "bearer", "BEARER", "bEARER  "].map {
            Request(method: .post, path: "/tasks/x", fields: ["Authorization": "\($0) \(secret)"])
        }
        let token = TasksSettings(auth: try #require(TasksAuth("token:" + secret)))
        let platform = TasksSettings(auth: try #require(TasksAuth("iam")))
        try await onLoop {
            for request in requests { try await SchedulerAuthorizer(token, log: silentLog).authorize(request) }
            try await SchedulerAuthorizer(platform, log: silentLog).authorize(Request(path: "/tasks/x"))
        }
    }

    @Test("two tokens are accepted during a rotation, and no other is")
    func rotation() async throws {
        let next = String(repeating: "n", count: 32)
        let both = TasksSettings(auth: try #require(TasksAuth("token:\(next),\(secret)")))
        let requests = ["Bearer \(secret)", "Bearer \(next)", "Bearer \(next),\(secret)"].map {
            Request(method: .post, path: "/tasks/x", fields: ["Authorization": $0])
        }
        try await onLoop {
            let authorizer = SchedulerAuthorizer(both, log: silentLog)
            try await authorizer.authorize(requests[0])
            try await authorizer.authorize(requests[1])
            await #expect(throws: Refusal.self) { try await authorizer.authorize(requests[2]) }
        }
    }

    @Test(
        "refuses settings that are too weak",
        arguments: [
            "", "token:", "token:short", "token:ssssssssssssssssssssssssssssssss,",
            "token:ssssssssssssssssssssssssssssssss,short", "IAM", "none", "oidc:", "oidc:https://shop.example",
            "oidc:,a@b.example",
            "oidc:https://shop.example,nobody",
        ])
    func settings(text: String) {
        #expect(TasksAuth(text) == nil)
    }

    @Test("an audience may contain commas; the address follows the last one")
    func audience() throws {
        guard case .oidc(let expectation)? = TasksAuth("oidc:https://shop.example/a,b,tasks@shop.example") else {
            Issue.record("refused")
            return
        }
        #expect(expectation.audience == "https://shop.example/a,b")
        #expect(expectation.email == "tasks@shop.example")
    }
}
