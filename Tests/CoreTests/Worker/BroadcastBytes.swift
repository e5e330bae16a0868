// The bytes of a broadcast state, for what a record adds to them.

import Domain
import WorkerCore

extension Replay {
    /// The canonical bytes of what these records come to.
    static func broadcastBytes(_ records: Record...) -> [UInt8] {
        var replay = Replay(of: .broadcast, calendar: .utc)
        replay.apply(records)
        return replay.frozen.encoded()
    }

    /// Reads them under their own hash.
    init(broadcast bytes: [UInt8]) throws {
        var hash = FNV1a()
        hash.update(bytes)
        try self.init(of: .broadcast, calendar: .utc, snapshot: bytes, stateHash: finalMix(hash.value))
    }
}
