// The state of one partition: a fold over its records. Applying is deterministic and reads no clock, so two
// replicas that have applied the same records hold the same bytes, and `stateHash` proves it.

import Domain
import Features

struct PartitionState: Equatable, Sendable {
    /// The last record applied.
    private(set) var index: UInt64 = 0
    private var shoppers = ShardedDictionary<UserKey, ShopperState>()
    /// Shoppers without behaviour: made by quoting strangers, who may never return.
    private var strangers = 0
    private var strangersAllowed = Self.fewestStrangersAllowed
    private(set) var corrections = OnlineCorrections()

    static let fewestStrangersAllowed = 50_000

    init() {}

    var shopperCount: Int { shoppers.count }

    func shopper(_ user: UserKey) -> ShopperState? { shoppers[user] }

    /// How many of these events have not been counted.
    func uncounted(_ events: [Event], of user: UserKey) -> Int {
        guard let shopper = shoppers[user] else { return events.count }
        return events.count { !shopper.hasCounted($0.id) }
    }

    mutating func apply(_ record: Record, calendar: ShopCalendar) -> Int {
        index += 1
        switch record {
        case .events(let user, let events): return apply(events, of: user, calendar)
        case .exposures(let time, let exposures): remember(exposures, at: time)
        case .catalogue, .modelActivated, .modelTried, .priceFreeze, .stockValues, .checkpoint: break
        }
        return 0
    }

    private mutating func apply(_ events: [Event], of user: UserKey, _ calendar: ShopCalendar) -> Int {
        let (change, isNew) = shoppers.update(user, initial: ShopperState()) { shopper in
            let hadNoHistory = shopper.history.isEmpty
            let counted = events.filter { shopper.apply($0, calendar: calendar) }
            return (hadNoHistory: hadNoHistory, hasNone: shopper.history.isEmpty, counted: counted)
        }
        for event in change.counted { corrections.paid(event, by: user, calendar: calendar) }
        if !isNew && change.hadNoHistory && !change.hasNone { strangers -= 1 }
        if isNew && change.hasNone { strangers += 1 }
        return change.counted.count
    }

    private mutating func remember(_ exposures: [Exposure], at time: Timestamp) {
        corrections.timeAdvanced(to: time)
        for exposure in exposures {
            corrections.priceShown(exposure, at: time)
            if shoppers[exposure.user] == nil { strangers += 1 }
            shoppers[exposure.user, default: ShopperState()].remember(RememberedQuote(exposure), at: time)
        }
        if strangers > strangersAllowed { forgetStrangers(at: time) }
    }

    /// Keeps memory bounded under a flood of unknown shoppers. The next time comes only after the strangers
    /// left have doubled, so that the cost stays constant for each quote.
    private mutating func forgetStrangers(at time: Timestamp) {
        shoppers.removeAll { $0.isForgettable(at: time) }
        strangers = shoppers.count { $0.history.isEmpty }
        strangersAllowed = max(Self.fewestStrangersAllowed, 2 * strangers)
    }
}

extension PartitionState {
    /// The canonical bytes of this state: equal states give equal bytes.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(index)
        writer.write(UInt32(strangers))
        writer.write(UInt32(strangersAllowed))
        writer.write(shoppers.keys.sorted(by: UserKey.precedes)) { writer, user in
            writer.write(user.tenant)
            writer.write(user.user)
            shoppers[user]!.encode(to: &writer)
        }
        // Only where there are any, as in the days when there were none.
        if !corrections.isEmpty { corrections.encode(to: &writer) }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        index = try reader.read()
        if planted(.snapshotOffByOne) { index += 1 }
        strangers = Int(try reader.read(UInt32.self))
        if planted(.strangersForgottenInSnapshot) { strangers = 0 }
        strangersAllowed = Int(try reader.read(UInt32.self))
        let count = try reader.readCount(minimumBytes: 20)
        for _ in 0..<count {
            let user = UserKey(tenant: try reader.readString(), user: try reader.readString())
            shoppers[user] = try ShopperState(from: &reader)
        }
        if reader.remaining > 0 { corrections = try OnlineCorrections(from: &reader) }
        try reader.finish()
    }
}

extension UserKey: ShardedKey {
    /// The low bits; the high ones have chosen the partition.
    var spread: UInt64 { hash.value }

    /// The order in which shoppers stand in a state's bytes.
    static func precedes(_ left: UserKey, _ right: UserKey) -> Bool {
        (left.hash.value, left.tenant, left.user) < (right.hash.value, right.tenant, right.user)
    }
}
