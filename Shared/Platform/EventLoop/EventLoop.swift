internal import CUV
import Glibc
import Synchronization

/// The process's only libuv loop; executes Swift tasks and the `Loop` actor.
///
/// Jobs enqueued on the loop's thread go to a plain array; jobs from other threads go to a locked array, followed by a
/// wake-up. The array is drained in libuv's prepare *and* check phases, so a job that a callback of any phase makes
/// ready never waits behind a sleeping poll.
@safe
package final class EventLoop: SerialExecutor, TaskExecutor {
    /// The shared instance.
    package static let shared = EventLoop()

    /// The libuv loop; handles of this module attach to it.
    nonisolated(unsafe) let uv: UnsafeMutablePointer<uv_loop_t>

    // Accessed on the loop's thread only; every entry point checks `isCurrentThread`.
    nonisolated(unsafe) private var ready: [UnownedJob] = []
    nonisolated(unsafe) private var running: [UnownedJob] = []
    nonisolated(unsafe) private let phases: Phases

    private let foreign = Mutex<[UnownedJob]>([])
    private let thread = Atomic<UInt>(0)

    /// The maximum number of job rounds before the loop polls its sockets again.
    private static let roundsPerPhase = 32

    private init() {
        unsafe uv = .allocate(capacity: 1)
        unsafe phases = Phases()
        guard unsafe uv_loop_init(uv) == 0,
            unsafe uv_async_init(uv, phases.wake, { _ in EventLoop.shared.takeForeign() }) == 0
        else { fatalError("no event loop: out of memory or file descriptors") }
        unsafe uv_prepare_init(uv, phases.prepare)
        unsafe uv_prepare_start(phases.prepare) { _ in EventLoop.shared.drain() }
        unsafe uv_check_init(uv, phases.check)
        unsafe uv_check_start(phases.check) { _ in EventLoop.shared.drain() }
        unsafe uv_idle_init(uv, phases.idle)
    }

    /// Whether the caller is on the loop's thread.
    package var isCurrentThread: Bool { thread.load(ordering: .relaxed) == EventLoop.currentThread }

    /// Runs the loop on the calling thread forever; called once per process.
    package func run() -> Never {
        thread.store(EventLoop.currentThread, ordering: .relaxed)
        // Writing to a connection the peer has closed must fail on that connection, not raise a signal.
        signal(SIGPIPE, SIG_IGN)
        while true { unsafe uv_run(uv, UV_RUN_DEFAULT) }
    }

    /// Runs the loop on the calling thread, runs `body` on it, and exits the process with `body`'s result.
    package static func runMain(_ body: @escaping @Loop @Sendable () async -> Int32) -> Never {
        Loop.start { exit(await body()) }
        shared.run()
    }

    /// Enqueues a job from any thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrentThread {
            unsafe ready.append(job)
        } else {
            foreign.withLock { $0.append(job) }
            // Documented as thread-safe; several calls may coalesce into one wake-up.
            unsafe uv_async_send(phases.wake)
        }
    }

    /// Traps unless the caller is on the loop's thread.
    package func checkIsolated() {
        precondition(isCurrentThread, "code of the event loop was called on another thread")
    }

    /// Returns the loop as the actor's executor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    /// Returns the loop as a preferred task executor.
    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    private func takeForeign() {
        let jobs = foreign.withLock { jobs in
            let taken = jobs
            jobs.removeAll(keepingCapacity: true)
            return taken
        }
        unsafe ready += jobs
        drain()
    }

    /// Runs ready jobs, and the jobs they make ready, for a bounded number of rounds.
    private func drain() {
        for _ in 0..<EventLoop.roundsPerPhase {
            if unsafe ready.isEmpty {
                unsafe uv_idle_stop(phases.idle)
                return
            }
            unsafe swap(&ready, &running)
            for job in unsafe running {
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            unsafe running.removeAll(keepingCapacity: true)
        }
        // Jobs are left over: an active idle handle keeps the poll from sleeping before the next round.
        unsafe uv_idle_start(phases.idle) { _ in }
    }

    private static var currentThread: UInt { UInt(pthread_self()) }
}

/// The handles that run Swift jobs in libuv's phases; they live as long as the process.
@unsafe
private struct Phases {
    let wake = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
    let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    let check = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
    let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
}
