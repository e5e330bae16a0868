// What one stream delivers, message by message, without a gap.

import Domain
import Log

extension PartitionStream {
    /// Takes the next message of the stream into `place`.
    /// - Parameter isBehind: more is known to be there, so wait for it, and ask for it when it does not come.
    /// - Returns: false when nothing has come.
    @discardableResult
    func arrive(
        _ place: inout StreamPlace, _ restraints: Restraints, isBehind: Bool
    ) throws(LogError) -> Bool {
        guard let message = try next(&place, restraints, isBehind: isBehind) else { return false }
        guard message.epoch >= place.epoch else {
            throw corrupt("epoch \(message.epoch) at message \(message.sequence) follows epoch \(place.epoch)")
        }
        learn(message)
        place.epoch = message.epoch
        place.nextSequence += 1
        place.pending.append(message)
        return true
    }

    private func next(
        _ place: inout StreamPlace, _ restraints: Restraints, isBehind: Bool
    ) throws(LogError) -> LogMessage? {
        subscribe(&place, restraints)
        while let subscription = place.subscription {
            switch subscription.next(within: isBehind ? Self.stall : .zero) {
            case .message(let bytes):
                let message = try decoded(bytes)
                if message.sequence == place.nextSequence { return message }
                // One of before; or a gap, something was lost on the way or in the stream.
                if message.sequence > place.nextSequence { place.subscription = nil }
            case .heartbeat(let lastSequence):
                if lastSequence >= place.nextSequence { place.subscription = nil }
            case .nothing:
                guard isBehind else { return nil }
                restraints.subscribing.failed(at: servers.now)
                place.subscription = nil
            case .broken: place.subscription = nil
            }
        }
        return isBehind ? try message(at: place.nextSequence) : nil
    }

    /// How long a message that is known to be there may take.
    private static let stall: Duration = .milliseconds(500)

    /// Has the stream deliver from where the reader stands, if that is possible now. It needs an agreement of the
    /// servers, so there are moments when it is not; then messages are asked for one by one.
    private func subscribe(_ place: inout StreamPlace, _ restraints: Restraints) {
        guard place.subscription == nil, restraints.subscribing.allows(at: servers.now) else { return }
        do throws(NatsFailure) {
            place.subscription = try servers.subscribe(to: stream, from: place.nextSequence)
        } catch {
            restraints.subscribing.failed(at: servers.now)
        }
    }

    /// The first message with records after `index`, or the place where it will be.
    func sequence(after index: UInt64) throws(LogError) -> UInt64 {
        if index == 0 { return 1 }
        guard let known else { return 1 }
        if index >= known.lastIndex { return known.sequence + 1 }
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
