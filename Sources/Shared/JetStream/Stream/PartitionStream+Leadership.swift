// Who leads. Workers ask this a hundred times a second of every partition they hold, so it may not cost a request each
// time. Who follows hears of a claim on its subscription. Who leads and writes knows by its own writes, which would be
// refused. Who leads and does not write looks four times a second, and never waits long: what it says may be late, and
// nothing rests on it but the haste with which a replaced leader steps down.

import Domain
import Log

extension PartitionStream {
    func leadership() throws(LogError) -> Leadership {
        if reader?.subscription != nil, leader != nil {
            try hear()
        } else if leader == nil || !isFresh {
            try ask()
        }
        guard let known, known.epoch > 0 else { return Leadership(epoch: 0, owner: "") }
        if let leader, leader.epoch == known.epoch { return leader }
        let claim = try message(at: known.claimSequence)
        learn(claim)
        guard let leader, leader.epoch == claim.epoch else {
            throw corrupt("message \(known.claimSequence) is not the claim of epoch \(known.epoch)")
        }
        return leader
    }

    private static let freshness: Duration = .milliseconds(250)
    private static let glanceMilliseconds: Int64 = 100

    private var isFresh: Bool {
        guard let heardAt else { return false }
        return ContinuousClock.now - heardAt < Self.freshness
    }

    /// The first answer is worth waiting for; later ones only refresh it.
    private func ask() throws(LogError) {
        guard leader != nil else {
            _ = try lookOnce()
            return
        }
        guard connection.mayGlance else { return }
        let last: StoredMessage
        do throws(NatsFailure) {
            last = try connection.lastMessage(
                of: stream, subject: subject, waitMilliseconds: Self.glanceMilliseconds)
        } catch {
            connection.glanceFailed()
            return
        }
        learn(try decoded(last.bytes, at: last.sequence))
    }
}
