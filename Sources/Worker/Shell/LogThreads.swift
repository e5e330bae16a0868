// All of a worker's log threads. Each partition belongs to one of them, so that what is asked about it happens in order.
//
// A disk is one and takes one thread. The servers of a JetStream log fail one at a time, and each leads its share of the
// partitions: a thread that waits for the servers to elect a leader holds up every partition that shares it.

import Domain
import Operations
import WorkerCore
import WorkerLog

struct LogThreads: Sendable {
    private let threads: [LogThread]

    init(
        _ factory: LogFactory, owner: String, calendar: ShopCalendar, journal: Journal,
        events: Mailbox<BackgroundEvent>
    ) {
        threads = (0..<factory.threads).map { _ in
            LogThread(factory, owner: owner, calendar: calendar, journal: journal, events: events)
        }
    }

    /// Each posts `.stopped` when it ends.
    var count: Int { threads.count }

    func post(_ command: LogCommand) {
        threads[Int(command.partition.number) % threads.count].post(command)
    }

    func stop() {
        for thread in threads { thread.stop() }
    }
}
