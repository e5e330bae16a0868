// Mistakes that somebody could make, one at a time, on purpose: they show that the simulator sees them. They exist only
// in a build with `-Xswiftc -DPLANTED_BUGS` (scripts/planted-bugs); in every other build `planted` is the constant
// false, and the sites that ask for it cost nothing.

#if PLANTED_BUGS
    import Synchronization
#endif

public enum PlantedBug: UInt8, Sendable, CaseIterable {
    // The log
    case noFence = 1
    case claimIgnoresRival
    case epochNotRaised
    case failedSyncIgnored
    case acknowledgedTailCut
    case tornTailKept
    case corruptEntrySkipped
    case checksumIgnored
    // Keeping and reading it back
    case claimWithoutCatchUp
    case recordReadTwice
    case snapshotOffByOne
    case eventsForgottenInSnapshot
    case strangersForgottenInSnapshot
    case unsettledForgottenInSnapshot
    // The worker
    case eventCountedTwice
    case outcomeCountedTwice
    case followerAppliesBackwards
    case acknowledgedBeforeDurable
    case fencedWriteAcknowledged
    case refusedAppendApplied
    case indexAcknowledgedTooLow
    case minimumIndexIgnored
    case floorIgnored
    case ceilingIgnored
    case exposuresForgotten
    case exposuresLostWithAppend
    case promiseIgnored
    case promiseCutShort
    case trialForEverybody
    case frozenPriceMoved
    case thawIgnored
    case freezesForgottenInSnapshot
    case stockValueNeverEnds
    case stockForgottenInSnapshot
    // The router
    case timeoutIsUnavailable
    case expiryForgotten
    case answeredTwice
    case answeredLate
    case sentOnBackwards
    case lastReplicaGivenUp
    case neverTrustedAgain
    case staleReplyTaken
    case leadNeverAskedFor
    case failureNeverGivesWay
    case nobodyHelps
    case innocentsConvicted
    case deathGoesOn
    case copiesGoOn
    // The client
    case silenceIsRefusal
    case unknownIsRefusal

    /// As on the command line, for example `noFence`.
    public var name: String { "\(self)" }

    public init?(name: String) {
        guard let bug = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = bug
    }
}

#if PLANTED_BUGS
    private let chosen = Atomic<UInt8>(0)

    extension PlantedBug {
        /// Whether this build can make mistakes on purpose.
        public static let canBePlanted = true

        /// Makes this mistake from now on, in the whole process.
        public func plant() { chosen.store(rawValue, ordering: .relaxed) }
    }

    /// Whether this mistake is to be made.
    public func planted(_ bug: PlantedBug) -> Bool { chosen.load(ordering: .relaxed) == bug.rawValue }
#else
    extension PlantedBug {
        /// Whether this build can make mistakes on purpose.
        public static let canBePlanted = false

        /// Does nothing in this build.
        public func plant() {}
    }

    /// Whether this mistake is to be made: never, in this build.
    @inlinable
    public func planted(_ bug: PlantedBug) -> Bool { false }
#endif
