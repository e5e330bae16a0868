// A thread on which acknowledgements wait: it drives the `LogKeeper`. Pricing never waits for a disk. The serving
// thread posts commands, this thread carries them out in order and posts back what came of them; the group commits that
// `WorkerCore` forms while one is under way are what makes a slow disk bearable. What may take long and is not urgent
// is for the `HousekeepingThread`.

import Domain
import Foundation
import Log
import Operations
import WorkerCore
import WorkerLog

final class LogThread: Sendable {
    private enum Command: Sendable {
        case log(LogCommand)
        case stop
    }

    private let commands: Mailbox<Command>

    /// Milliseconds between two looks at what others have appended.
    private static let followMilliseconds = 10

    init(
        _ factory: LogFactory, owner: String, calendar: ShopCalendar, journal: Journal,
        events: Mailbox<BackgroundEvent>
    ) {
        let arrived = DispatchSemaphore(value: 0)
        let commands = Mailbox<Command> { arrived.signal() }
        self.commands = commands
        Thread.detachNewThread {
            do throws(LogError) {
                let log = try factory.open()
                log.damageFound = { journal.warning("\($0)") }
                var keeper = LogKeeper(log: log, owner: owner, calendar: calendar) { journal.warning($0) }
                try Self.work(&keeper, on: commands, events) {
                    _ = arrived.wait(timeout: .now() + .milliseconds(Self.followMilliseconds))
                }
                events.post(.stopped)
            } catch {
                events.post(BackgroundEvent(error))
            }
        }
    }

    func post(_ command: LogCommand) { commands.post(.log(command)) }

    func stop() { commands.post(.stop) }

    private static func work(
        _ keeper: inout LogKeeper, on commands: Mailbox<Command>, _ events: Mailbox<BackgroundEvent>,
        wait: () -> Void
    ) throws(LogError) {
        var spoken: [LogEvent] = []
        var nextLook = Clock.monotonic()
        while true {
            let batch = commands.takeAll()
            if batch.isEmpty { wait() }
            for command in batch {
                guard case .log(let command) = command else { return }
                try keeper.carryOut(command, into: &spoken)
                report(&spoken, to: events)
            }
            let now = Clock.monotonic()
            guard now >= nextLook else { continue }
            nextLook = now.adding(microseconds: UInt64(followMilliseconds) * 1_000)
            try keeper.poll(into: &spoken)
            report(&spoken, to: events)
        }
    }

    private static func report(_ spoken: inout [LogEvent], to events: Mailbox<BackgroundEvent>) {
        for event in spoken { events.post(.log(event)) }
        spoken.removeAll(keepingCapacity: true)
    }
}
