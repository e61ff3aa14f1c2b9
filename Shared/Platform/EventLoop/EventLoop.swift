internal import CUV
import Glibc
import Synchronization

/// The process's one libuv loop, at once the executor of Swift's tasks and of the `Loop` actor.
///
/// Jobs made on the loop's own thread go to a plain array, jobs from other threads to a locked one followed by a
/// wake-up. The array is drained in libuv's prepare *and* check phases, so nothing made ready by a callback of any
/// phase waits behind a sleeping poll.
@safe
package final class EventLoop: SerialExecutor, TaskExecutor {
    /// The one loop.
    package static let shared = EventLoop()

    /// The libuv loop; handles of this module attach to it.
    nonisolated(unsafe) let uv: UnsafeMutablePointer<uv_loop_t>

    // Touched by the loop's thread only; `isCurrentThread` guards every door.
    nonisolated(unsafe) private var ready: [UnownedJob] = []
    nonisolated(unsafe) private var running: [UnownedJob] = []
    nonisolated(unsafe) private let phases: Phases

    private let foreign = Mutex<[UnownedJob]>([])
    private let thread = Atomic<UInt>(0)

    /// How many rounds of jobs run before the loop looks at its sockets again.
    private static let roundsPerPhase = 32

    private init() {
        unsafe uv = .allocate(capacity: 1)
        unsafe phases = Phases()
        guard unsafe uv_loop_init(uv) == 0 else { fatalError("no event loop: out of memory or file descriptors") }
        unsafe uv_async_init(uv, phases.wake) { _ in EventLoop.shared.takeForeign() }
        unsafe uv_prepare_init(uv, phases.prepare)
        unsafe uv_prepare_start(phases.prepare) { _ in EventLoop.shared.drain() }
        unsafe uv_check_init(uv, phases.check)
        unsafe uv_check_start(phases.check) { _ in EventLoop.shared.drain() }
        unsafe uv_idle_init(uv, phases.idle)
    }

    /// Whether the caller is on the loop's thread.
    package var isCurrentThread: Bool { thread.load(ordering: .relaxed) == EventLoop.currentThread }

    /// Runs the loop on the calling thread for ever; a process does this once.
    package func run() -> Never {
        thread.store(EventLoop.currentThread, ordering: .relaxed)
        // A write to a connection that the peer has closed must be an error of that connection, not a signal.
        signal(SIGPIPE, SIG_IGN)
        while true { unsafe uv_run(uv, UV_RUN_DEFAULT) }
    }

    /// Runs `body` on the loop, with the calling thread as the loop's, and ends the process with its result.
    package static func runMain(_ body: @escaping @Loop @Sendable () async -> Int32) -> Never {
        Loop.start { exit(await body()) }
        shared.run()
    }

    /// Takes a job from any thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrentThread {
            unsafe ready.append(job)
        } else {
            foreign.withLock { $0.append(job) }
            // Documented as safe from any thread; many calls may become one wake-up.
            unsafe uv_async_send(phases.wake)
        }
    }

    /// Traps unless the caller is on the loop's thread.
    package func checkIsolated() {
        precondition(isCurrentThread, "code of the event loop was called on another thread")
    }

    /// The loop as the executor of its actor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    /// The loop as the executor that tasks prefer.
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

    /// Runs what is ready, and what that makes ready, for a bounded number of rounds.
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
        // Work is left over: an active idle handle keeps the poll from sleeping before the next round.
        unsafe uv_idle_start(phases.idle) { _ in }
    }

    private static var currentThread: UInt { UInt(pthread_self()) }
}

/// The handles that tie Swift's jobs into libuv's phases; they live as long as the process.
@unsafe
private struct Phases {
    let wake = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
    let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    let check = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
    let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
}
