// What one stream delivers, message by message, without a gap.

import Domain
import Log

extension PartitionStream {
    /// Takes the next message of the stream into `place`, if it has come.
    /// - Returns: false when nothing has.
    func arrive(_ place: inout StreamPlace) throws(LogError) -> Bool {
        subscribe(&place)
        if let message = try delivered(&place, within: .zero) {
            try take(message, &place)
            return true
        }
        guard place.subscription == nil, let message = try glimpsed(&place) else { return false }
        try take(message, &place)
        return true
    }

    /// Takes the next message, which is known to be there: waits for it, and asks for it when it does not come.
    func fetch(_ place: inout StreamPlace) throws(LogError) {
        subscribe(&place)
        if place.subscription != nil {
            if let message = try delivered(&place, within: Self.stall) { return try take(message, &place) }
            // It has not delivered what it should have.
            place.subscription = nil
            own.subscribing.begin(at: servers.now)
        }
        try take(try message(at: place.nextSequence), &place)
    }

    /// How long a message that is known to be there may take.
    private static let stall: Duration = .milliseconds(500)

    private func take(_ message: LogMessage, _ place: inout StreamPlace) throws(LogError) {
        guard message.epoch >= place.epoch else {
            throw corrupt("epoch \(message.epoch) at message \(message.sequence) follows epoch \(place.epoch)")
        }
        learn(message)
        place.epoch = message.epoch
        place.nextSequence += 1
        place.pending.append(message)
    }

    /// - Returns: nil when nothing has come; without a subscription, nothing will.
    private func delivered(_ place: inout StreamPlace, within wait: Duration) throws(LogError) -> LogMessage? {
        while let subscription = place.subscription {
            switch subscription.next(within: wait) {
            case .message(let bytes):
                let message = try decoded(bytes)
                if message.sequence == place.nextSequence { return message }
                // One of before; or a gap, something was lost on the way or in the stream.
                if message.sequence > place.nextSequence { place.subscription = nil }
            case .heartbeat(let lastSequence):
                if lastSequence >= place.nextSequence { place.subscription = nil }
            case .nothing: return nil
            case .broken: place.subscription = nil
            }
        }
        return nil
    }

    /// Has the stream deliver from where the reader stands, if that is possible now. It needs an agreement of the
    /// servers, so there are moments when it is not. After a failure the stream lets others try first.
    private func subscribe(_ place: inout StreamPlace) {
        guard place.subscription == nil, own.subscribing.allows(at: servers.now),
            restraints.subscribing.allows(at: servers.now)
        else { return }
        do throws(NatsFailure) {
            place.subscription = try servers.subscribe(to: stream, from: place.nextSequence)
        } catch {
            own.subscribing.begin(at: servers.now)
            restraints.subscribing.begin(at: servers.now)
        }
    }

    /// The next message, asked for while nothing delivers it.
    private func glimpsed(_ place: inout StreamPlace) throws(LogError) -> LogMessage? {
        if place.nextSequence > known?.sequence ?? 0 {
            guard place.resting.allows(at: servers.now), try glance() else { return nil }
            place.resting.begin(at: servers.now)
        }
        guard place.nextSequence <= known?.sequence ?? 0 else { return nil }
        return try answered { () throws(NatsFailure) in try servers.message(at: place.nextSequence, of: stream) }
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
