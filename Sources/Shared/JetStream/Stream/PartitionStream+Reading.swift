// Reading. What is there and what comes later arrive on one subscription, so following costs nothing while nothing
// happens. It may lag behind the stream by moments, but a read never ends before what this log knows to be there:
// what `lastIndex` said, what a claim began with, what was appended.

import Domain
import Log

extension PartitionStream {
    func read(after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        guard let end = try lookOnce() else {
            if index > 0 { throw .unexpectedIndex(actual: 0) }
            return []
        }
        if index > end.lastIndex { try confirm(index) }
        var cursor = try cursor(after: index)
        // Kept only when nothing goes wrong.
        reader = nil
        var entries: [LogEntry] = []
        var records = 0
        repeat {
            let isBehind = cursor.lastIndex < known?.lastIndex ?? 0
            guard let message = try next(&cursor, isBehind: isBehind) else { break }
            guard let entry = try take(message, &cursor) else { continue }
            entries.append(entry)
            records += entry.records.count
        } while entries.isEmpty || records < limit
        reader = cursor
        return entries
    }

    /// Takes note of what has come, for what it says of the lead; the next read hands it out.
    func hear() throws(LogError) {
        guard var cursor = reader else { return }
        reader = nil
        while cursor.pending.count < Self.mostPending, cursor.subscription != nil,
            let message = try arrived(&cursor, isBehind: false)
        {
            learn(message)
            cursor.pending.append(message)
        }
        reader = cursor
    }

    private static let mostPending = 1_000

    /// The caller has records that this log does not know of: either they are there, or the caller is ahead. A server
    /// that does not know yet that it leads no more would say the latter, so it is asked for a while.
    private func confirm(_ index: UInt64) throws(LogError) {
        var patience = Patience(min(patience, .seconds(1)))
        while true {
            let actual = try look()?.lastIndex ?? 0
            if index <= actual { return }
            guard !patience.isOver else { throw .unexpectedIndex(actual: actual) }
            patience.wait()
        }
    }

    // MARK: - The next message

    /// What comes next in the stream.
    /// - Parameter isBehind: more is known to be there, so wait for it, and ask for it when it does not come.
    /// - Returns: nil when nothing has come.
    private func next(_ cursor: inout StreamReader, isBehind: Bool) throws(LogError) -> LogMessage? {
        guard cursor.pending.isEmpty else { return cursor.pending.removeFirst() }
        return try arrived(&cursor, isBehind: isBehind)
    }

    /// What comes next from the servers.
    private func arrived(_ cursor: inout StreamReader, isBehind: Bool) throws(LogError) -> LogMessage? {
        subscribe(&cursor)
        while let subscription = cursor.subscription {
            switch subscription.next(waitMilliseconds: isBehind ? Self.stallMilliseconds : 0) {
            case .message(let arrived):
                let message = try decoded(arrived.bytes)
                if message.sequence == cursor.nextSequence {
                    cursor.nextSequence += 1
                    return message
                }
                // One of before; or a gap, something was lost on the way or in the stream.
                if message.sequence > cursor.nextSequence { cursor.subscription = nil }
            case .heartbeat(let lastSequence):
                if lastSequence >= cursor.nextSequence { cursor.subscription = nil }
            case .nothing:
                guard isBehind else { return nil }
                connection.subscribingFailed()
                cursor.subscription = nil
            case .broken: cursor.subscription = nil
            }
        }
        guard isBehind else { return nil }
        let message = try message(at: cursor.nextSequence)
        cursor.nextSequence += 1
        return message
    }

    /// How long a message that is known to be there may take.
    private static let stallMilliseconds: Int64 = 500

    /// Has the stream delivered from where the reader stands, if that is possible now. It needs an agreement of the
    /// servers, so there are moments when it is not; then messages are asked for one by one.
    private func subscribe(_ cursor: inout StreamReader) {
        guard cursor.subscription == nil, connection.maySubscribe else { return }
        do throws(NatsFailure) {
            cursor.subscription = try NatsSubscription(connection, stream: stream, from: cursor.nextSequence)
        } catch {
            connection.subscribingFailed()
        }
    }

    /// Checks a message against those before it.
    private func take(_ message: LogMessage, _ cursor: inout StreamReader) throws(LogError) -> LogEntry? {
        guard message.epoch >= cursor.epoch else {
            throw corrupt("epoch \(message.epoch) at message \(message.sequence) follows epoch \(cursor.epoch)")
        }
        // A reader begins inside an entry, or at its beginning.
        let expected = cursor.lastIndex + 1
        let isInside = cursor.lastEntry == nil && message.firstIndex < expected && expected <= message.lastIndex
        guard message.firstIndex == expected || isInside else {
            throw corrupt(
                "message \(message.sequence) begins at index \(message.firstIndex); expected \(expected)")
        }
        learn(message)
        cursor.epoch = message.epoch
        guard case .entry(let stored) = message.content else { return nil }
        cursor.lastIndex = message.lastIndex
        cursor.lastEntry = (message.sequence, message.firstIndex, message.lastIndex)
        return try stored.opened(partition: partition, file: stream)
    }

    // MARK: - Where to begin

    /// A reader that stands behind `index`: the one that is there, if it does.
    private func cursor(after index: UInt64) throws(LogError) -> StreamReader {
        if let reader, reader.lastIndex == index { return reader }
        return StreamReader(nextSequence: try sequence(after: index), lastIndex: index, epoch: 0)
    }

    /// The message that holds the record after `index`, or that will.
    private func sequence(after index: UInt64) throws(LogError) -> UInt64 {
        if index == 0 { return 1 }
        guard let known else { return 1 }
        if index >= known.lastIndex { return known.sequence + 1 }
        if let last = reader?.lastEntry, last.firstIndex <= index + 1, index < last.lastIndex { return last.sequence }
        // Last indexes ascend with sequences. O(log messages).
        var low: UInt64 = 1
        var high = known.sequence
        while low < high {
            let middle = low + (high - low) / 2
            if try message(at: middle).lastIndex > index { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
