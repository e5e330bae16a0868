// A bundle of profiles from purchases to offers, and a bundle that somebody damaged.

import Domain
import Profiles
import Testing

@Suite struct ProfileBundleTests {
    private let settings = ProfileSettings(fit: ImplicitSettings(factors: 8))

    private func learned(_ kinds: Int = 3, seed: UInt64 = 1) -> (bundle: ProfileBundle, report: ProfileLearner.Report) {
        ProfileLearner(settings).learn(shopOfKinds(kinds, seed: seed), version: 7)
    }

    @Test(arguments: [2, 3, 5])
    func kindsOfShoppersBecomeSegments(_ kinds: Int) {
        let (bundle, report) = learned(kinds)
        #expect(report.segmentCount?.chosen == kinds)
        #expect(report.segments.map(\.shoppers) == [Int](repeating: 60, count: kinds))
        for kind in 0..<kinds {
            let segments = Set((0..<60).map { bundle.profile(of: "k\(kind)-\($0)").segment })
            #expect(segments.count == 1)
            let segment = segments.first.flatMap { $0 } ?? 0
            // What distinguishes it comes from its own shelf.
            let shelf = Set((0..<12).map { "i\(kind * 12 + $0)" })
            #expect(shelf.isSuperset(of: report.segments[segment].more.map { bundle.items[$0.item] }))
        }
    }

    @Test func everyPersonalRuleFindsMoreThanPopularity() throws {
        let (_, report) = learned()
        let popularity = try #require(report.new.first { $0.method == .popularity })
        for quality in report.new where quality.method != .popularity {
            #expect(quality.ndcg > 1.5 * popularity.ndcg, "\(quality.method)")
            #expect(quality.hitRate > popularity.hitRate, "\(quality.method)")
        }
        #expect(report.all.allSatisfy { $0.shoppers == 180 })
    }

    @Test func aProfileFollowsWhatIsBought() throws {
        let (bundle, _) = learned()
        let kind = { (profile: Profile) in profile.segment }
        let first = kind(bundle.profile(of: "k0-1"))
        let since = Dictionary(uniqueKeysWithValues: (0..<12).map { ("i\(12 + $0)", 50.0) })
        // Somebody new who buys like the second kind, and one of the first kind who changes.
        let second = kind(bundle.profile(of: "k1-1"))
        #expect(first != second)
        #expect(kind(bundle.profile(of: "new", since: since)) == second)
        let changed = bundle.profile(of: "k0-1", since: since)
        #expect(changed.factors != bundle.profile(of: "k0-1").factors)
        // Items that nobody knows say nothing.
        #expect(bundle.profile(of: "new", since: ["no such item": 3]) == bundle.profile(of: "newer"))
        #expect(!bundle.profile(of: "new").isKnown)
    }

    @Test func somebodyUnknownIsOfferedWhatMostBuy() {
        let (bundle, _) = learned()
        let offers = Candidates(for: bundle.profile(of: "nobody"), itself: nil, in: bundle, count: 5)
        #expect(offers.method == .popularity)
        let buyers = bundle.items.indices.map { item in
            bundle.shoppers.indices.count { bundle.purchases[$0].contains { $0.column == item } }
        }
        let most = buyers.indices.sorted { (buyers[$1], $0) < (buyers[$0], $1) }.prefix(5)
        #expect(offers.all.map(\.item) == most.map { bundle.items[$0] })
        #expect(abs(offers.all.reduce(0) { $0 + $1.preference } - 1) < 1e-12)
    }

    @Test(arguments: RankingMethod.allCases.filter { $0 != .popularity })
    func aKnownShopperIsOfferedTheirOwnShelf(_ method: RankingMethod) throws {
        let (bundle, _) = learned()
        for shopper in ["k0-3", "k2-17"] {
            let itself = try #require(bundle.place(ofShopper: shopper))
            let profile = bundle.profile(of: shopper)
            let shelf = shopper == "k0-3" ? 0..<12 : 24..<36
            let offers = Candidates(
                for: profile, itself: itself, in: bundle, count: 6, method: method, again: true)
            #expect(offers.all.allSatisfy { shelf.contains(Int($0.item.dropFirst()) ?? -1) })
            let fresh = Candidates(
                for: profile, itself: itself, in: bundle, count: 40, method: method, again: false)
            #expect(fresh.all.allSatisfy { !$0.boughtBefore })
            #expect(fresh.all.count == bundle.items.count - profile.purchases[0].count)
        }
    }

    @Test func sharesAreThoseOfAChoice() {
        let shares = Candidates.shares([(0.5, 0.2), (0.25, 0.8), (0.25, 0)])
        #expect(shares.map { ($0 * 3e9).rounded() } == [1e9, 2e9, 0])
        #expect(Candidates.shares([(0.5, 0), (0.5, 0)]) == [0.5, 0.5])
        #expect(Candidates.shares([]) == [])
    }

    @Test func theSamePurchasesAndSeedGiveTheSameBytes() {
        var threaded = settings
        threaded.fit.threads = 1
        let one = ProfileLearner(threaded).learn(shopOfKinds(3), version: 7).bundle
        #expect(one.encode() == learned().bundle.encode())
        var reseeded = settings
        reseeded.fit.seed = 2
        #expect(ProfileLearner(reseeded).learn(shopOfKinds(3), version: 7).bundle.encode() != one.encode())
    }

    @Test func aBundleComesBackAsItWas() throws {
        let bundle = learned().bundle
        let read = try ProfileBundle.decode(bundle.encode())
        #expect(read == bundle)
        #expect(read.profile(of: "k1-5") == bundle.profile(of: "k1-5"))
    }

    @Test func withoutTimesAnItemOfEachShopperIsHeldOut() {
        let log = shopOfKinds(3)
        let untimed = PurchaseLog(
            log.rows.map { (log.shoppers[$0.shopper], log.items[$0.item], $0.quantity, 0) }, hasTimes: false)
        let report = ProfileLearner(settings).learn(untimed, version: 1).report
        #expect(report.repeated == 0)
        #expect(report.new.allSatisfy { $0.shoppers == 180 })
    }

    @Test func shoppersWhoBoughtOnceAreKeptAndNotJudged() {
        let log = PurchaseLog(
            [("a", "x", 1, 0), ("b", "y", 1, 0), ("c", "x", 1, 0)], hasTimes: true)
        let (bundle, report) = ProfileLearner(settings).learn(log, version: 1)
        #expect(report.all.isEmpty && report.repeated == nil)
        #expect(bundle.shoppers == ["a", "b", "c"])
        #expect(bundle.method == .factors)
    }
}

@Suite struct DamagedProfileTests {
    private let bytes = ProfileLearner(ProfileSettings(fit: ImplicitSettings(factors: 2))).learn(
        shopOfKinds(2, shoppers: 4, items: 3), version: 1
    ).bundle.encode()

    private func refused(_ bytes: [UInt8]) -> ProfileError? {
        do throws(ProfileError) {
            _ = try ProfileBundle.decode(bytes)
            return nil
        } catch {
            return error
        }
    }

    /// The bytes under a checksum that fits them.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 14 else { return bytes }
        var state = FNV1a()
        state.update(bytes[14...])
        var sealed = bytes
        for place in 0..<8 { sealed[6 + place] = UInt8(truncatingIfNeeded: finalMix(state.value) >> UInt64(8 * place)) }
        return sealed
    }

    @Test func everyFlippedByteIsRefused() {
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(refused(damaged) != nil, "byte \(place)")
        }
        #expect(refused(bytes) == nil && refused(sealed(bytes)) == nil)
    }

    @Test func everyCutIsRefusedEvenUnderAChecksumThatFits() {
        for count in 0..<bytes.count {
            #expect(refused(Array(bytes.prefix(count))) != nil)
            #expect(refused(sealed(Array(bytes.prefix(count)))) != nil, "\(count) bytes")
        }
        #expect(refused(sealed(bytes + [0])) != nil)
    }

    /// What a forger seals is a bundle that works or an error, never a trap.
    @Test func forgedBytesNeverTrap() {
        var draws = Draws(seed: 1, "forgery")
        for _ in 0..<3_000 {
            var forged = bytes
            for _ in 0...draws.below(3) {
                forged[14 + draws.below(forged.count - 14)] =
                    [0, 0x7f, 0xff, 0x80, UInt8(draws.below(256))][draws.below(5)]
            }
            guard let bundle = try? ProfileBundle.decode(sealed(forged)) else { continue }
            // There is one way to write a bundle.
            #expect(bundle.encode() == sealed(forged))
            let profile = bundle.profile(of: "k0-1", since: [bundle.items[0]: 2])
            let offers = Candidates(for: profile, itself: bundle.place(ofShopper: "k0-1"), in: bundle, count: 3)
            #expect(offers.all.allSatisfy { $0.preference.isFinite })
        }
    }

    @Test func otherFilesAreNamedForWhatTheyAre() {
        #expect(refused(Array("hello, this is some text".utf8))?.value == "another kind of file")
        var later = bytes
        later[4] = 9
        #expect(refused(later)?.value == "format 9")
        #expect(refused([])?.place == "bundle, header")
        var flipped = bytes
        flipped[bytes.count - 1] ^= 1
        #expect(refused(flipped)?.value == "a wrong checksum")
    }
}
