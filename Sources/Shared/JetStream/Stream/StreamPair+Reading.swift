// Reading. What is there and what comes later arrives on a subscription to each stream, so following costs nothing while
// nothing happens. It may lag behind the streams by moments, but a read never ends before what this log knows to be
// there: what `lastIndex` said, what a claim began with, what was appended.
//
// The entry after the last one is the next of one stream or of the other. Some lie in both, where a leader had no
// answer from the first and went on with the second: the one that comes later is passed over.

import Domain
import Log

extension StreamPair {
    func read(after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        guard let end = try lookOnce() else {
            if index > 0 { throw .unexpectedIndex(actual: 0) }
            return []
        }
        if index > end.lastIndex {
            // Either the caller's records are there, or the caller is ahead.
            let last = try look(for: index, atMost: Self.confirmation)
            guard index <= last else { throw .unexpectedIndex(actual: last) }
        }
        var cursor = try cursor(after: index)
        // Kept only when nothing goes wrong.
        reader = nil
        var entries: [LogEntry] = []
        var records = 0
        repeat {
            let found: (Lane, LogMessage)?
            do throws(LogError) {
                found = try next(&cursor)
            } catch {
                // What was found before is worth having.
                guard case .unavailable = error, !entries.isEmpty else { throw error }
                return entries
            }
            guard let (lane, message) = found else { break }
            let entry = try take(message, from: lane, &cursor)
            entries.append(entry)
            records += entry.records.count
        } while entries.isEmpty || records < limit
        reader = cursor
        return entries
    }

    /// Takes what has come; the next read hands it out.
    func hear() throws(LogError) {
        guard var cursor = reader else { return }
        reader = nil
        for lane in Lane.allCases {
            var hasCome = true
            while hasCome, cursor.places[lane].subscription != nil, cursor.places[lane].pending.count < Self.mostPending
            {
                hasCome = try streams[lane].arrive(&cursor.places[lane])
            }
        }
        reader = cursor
    }

    private static let mostPending = 1_000
    /// How long servers are asked for records that a caller says are there.
    private static let confirmation: Duration = .seconds(3)

    // MARK: - The next entry

    /// The message that holds the record after the reader's last.
    /// - Returns: nil when it has not come, and nobody was told that it is there.
    private func next(_ cursor: inout PairReader) throws(LogError) -> (Lane, LogMessage)? {
        while true {
            for lane in Lane.allCases {
                cursor.places[lane].passOver(upTo: cursor.lastIndex)
                guard let message = cursor.places[lane].pending.first else { continue }
                guard message.firstIndex <= cursor.lastIndex + 1 else { continue }
                cursor.places[lane].pending.removeFirst()
                cursor.gapSince = nil
                return (lane, message)
            }
            if try hearBoth(&cursor) { continue }
            guard isDue(&cursor) else { return nil }
            guard let lane = try laneBehind(cursor) else {
                throw streams.first.corrupt(
                    "index \(cursor.lastIndex + 1) is in neither stream of the partition, and later ones are")
            }
            try streams[lane].fetch(&cursor.places[lane])
        }
    }

    /// Takes what has come, from each stream that nothing is left of.
    /// - Returns: false when nothing has.
    private func hearBoth(_ cursor: inout PairReader) throws(LogError) -> Bool {
        var hasCome = false
        for lane in Lane.allCases where cursor.places[lane].pending.isEmpty && streams[lane].known != nil {
            if try streams[lane].arrive(&cursor.places[lane]) { hasCome = true }
        }
        return hasCome
    }

    /// Whether the next record has to be waited for: somebody was told that it is there, or later ones have come long
    /// ago. Else it comes when it comes, and a stream without a leader holds nobody up.
    private func isDue(_ cursor: inout PairReader) -> Bool {
        if cursor.lastIndex < promised { return true }
        guard Lane.allCases.contains(where: { !cursor.places[$0].pending.isEmpty }) else { return false }
        let since = cursor.gapSince ?? servers.now
        cursor.gapSince = since
        return servers.now - since > patience
    }

    /// A stream that holds more than has arrived; one that delivers, if there are two.
    /// - Returns: nil when later records are there, and the next one is not.
    private func laneBehind(_ cursor: PairReader) throws(LogError) -> Lane? {
        var patience = Patience(patience, servers.clock)
        while true {
            let lanes = Lane.allCases.filter { lane in
                cursor.places[lane].pending.isEmpty
                    && cursor.places[lane].nextSequence <= streams[lane].known?.sequence ?? 0
            }
            if let lane = lanes.first(where: { cursor.places[$0].subscription != nil }) ?? lanes.first { return lane }
            guard !patience.isOver else { return nil }
            // What was acknowledged before the later ones lies where nothing was known of; a server that does not know
            // yet that it leads no more would not say so.
            patience.wait()
            _ = try look()
        }
    }

    /// Checks an entry against those before it.
    private func take(_ message: LogMessage, from lane: Lane, _ cursor: inout PairReader) throws(LogError) -> LogEntry {
        let stream = streams[lane]
        guard message.epoch >= cursor.epoch else {
            throw stream.corrupt("epoch \(message.epoch) at message \(message.sequence) follows epoch \(cursor.epoch)")
        }
        // A reader begins inside an entry, or at its beginning.
        let expected = cursor.lastIndex + 1
        guard message.firstIndex == expected || !cursor.hasBegun, case .entry(let stored) = message.content
        else {
            throw stream.corrupt(
                "message \(message.sequence) begins at index \(message.firstIndex); expected \(expected)")
        }
        cursor.epoch = message.epoch
        cursor.lastIndex = message.lastIndex
        cursor.hasBegun = true
        return try stored.opened(partition: partition, file: stream.stream)
    }

    // MARK: - Where to begin

    /// A reader that stands behind `index`: the one that is there, if it does.
    private func cursor(after index: UInt64) throws(LogError) -> PairReader {
        if let reader, reader.lastIndex == index { return reader }
        return PairReader(
            places: BothLanes(
                first: StreamPlace(nextSequence: try streams.first.sequence(after: index)),
                second: StreamPlace(nextSequence: try streams.second.sequence(after: index))),
            lastIndex: index)
    }
}

extension StreamPlace {
    /// Drops what stands first and says nothing new: claims, and entries that came from the other stream.
    fileprivate mutating func passOver(upTo index: UInt64) {
        let new = pending.firstIndex { message in
            if case .entry = message.content { message.lastIndex > index } else { false }
        }
        pending.removeFirst(new ?? pending.count)
    }
}
