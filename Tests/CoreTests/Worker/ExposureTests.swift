// Prices shown are logged in batches, once for each change.

import Domain
import Pricing
import Testing
import WorkerCore

@Suite struct ExposureTests {
    private let anna = Shop.user("anna")

    @Test func anExposureSaysWhatWasShownToWhomUnderWhichModelAndArm() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0.25)
        var shell = try PaperShell.open(Shop.configuration(experiment: experiment))
        for arm in [ExperimentArm.personal, .control] {
            let quote = try shell.price(Shop.user(in: arm, of: experiment), "milk")
            shell.flush()
            shell.settle()
            let exposure = try #require(shell.loggedExposures().first { $0.user == quote.user })
            #expect(exposure.product == "milk")
            #expect(exposure.day == ShopCalendar.utc.day(of: Shop.noon))
            #expect(exposure.anchor == Money(minorUnits: 30_000))
            #expect(exposure.personalPrice == quote.lines[0].personalPrice)
            #expect(exposure.listPrice == quote.lines[0].listPrice)
            #expect(exposure.expiresAt == quote.expiresAt)
            #expect(exposure.modelVersion == 1)
            #expect(exposure.arm == arm.rawValue)
            #expect(exposure.propensity == (arm == .control ? 0.25 : 0.75))
        }
    }

    /// Over many shoppers who differ in nothing else, whichever arm they are in, each price comes as often as the log says.
    /// - Parameter logSlope: shoppers who mind prices little would pay more than the list price, and pay that: in every arm.
    @Test(arguments: [2, 0.2, -1.2] as [Float])
    func everyPriceIsLoggedWithItsChanceOverAllArms(logSlope: Float) throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0.25, exploringShare: 0.5, exploringDeviation: 0.6)
        var shell = try PaperShell.open(
            Shop.configuration(experiment: experiment, smoothing: 1, dailyMove: 1))
        shell.load(try Shop.bundle(logSlope: logSlope))
        let users = 4_000
        var shown: [Money: Int] = [:]
        for number in 0..<users {
            let user = Shop.user("shopper\(number)")
            let line = try shell.price(user, "milk").lines[0]
            #expect(line.reasons.contains(.explored) == (experiment.arm(of: user) == .exploring))
            shown[line.personalPrice, default: 0] += 1
            // The day's price is the same again, and promised for longer: that it comes again is no chance.
            let later = Shop.noon.adding(milliseconds: Shop.window / 2)
            #expect(try shell.price(user, "milk", at: later).lines[0].personalPrice == line.personalPrice)
        }
        shell.flush()
        shell.settle()
        let exposures = shell.loggedExposures()
        #expect(exposures.count == users)
        #expect(shown.count > 5 || logSlope < 0)
        for (price, count) in shown {
            let logged = Set(exposures.filter { $0.personalPrice == price }.map(\.propensity))
            let chance = Double(try #require(logged.first))
            #expect(logged.count == 1, "one chance for a price, whoever saw it")
            let deviation = (chance * (1 - chance) / Double(users)).squareRoot()
            #expect(abs(Double(count) / Double(users) - chance) <= 4 * deviation, "\(price): \(count), \(chance)")
        }
    }

    @Test func nothingShownIsNothingToFlush() throws {
        var shell = try PaperShell.open()
        shell.flush()
        #expect(shell.underWay.isEmpty)
    }

    @Test func theSamePriceIsLoggedOnceBeforeDuringAndAfterItsAppend() throws {
        var shell = try PaperShell.open()
        for _ in 0..<3 { _ = try shell.price(anna, "milk", "milk") }
        shell.flush()
        for _ in 0..<3 { _ = try shell.price(anna, "milk") }
        shell.flush()
        shell.finishAppend()
        for _ in 0..<3 { _ = try shell.price(anna, "milk") }
        shell.flush()
        #expect(shell.underWay.isEmpty)
        #expect(shell.loggedExposures().count == 1)
    }

    @Test func aChangeIsLoggedAgain() throws {
        var shell = try PaperShell.open()
        let tomorrow = Shop.noon.adding(milliseconds: Shop.day)
        for now in [Shop.noon, tomorrow] {
            _ = try shell.price(anna, "milk", at: now)
            shell.flush(at: now)
            shell.settle()
        }
        let exposures = shell.loggedExposures()
        #expect(exposures.count == 2)
        #expect(exposures[1].anchor == exposures[0].personalPrice)
    }

    @Test func whatIsShownDuringAFlushWaitsForTheNext() throws {
        var shell = try PaperShell.open()
        _ = try shell.price(anna, "milk")
        shell.flush()
        _ = try shell.price(anna, "eggs")
        shell.flush()
        #expect(shell.underWay.count == 1)
        shell.finishAppend()
        #expect(shell.underWay.isEmpty)
        shell.flush()
        shell.settle()
        #expect(shell.loggedExposures().map(\.product) == ["milk", "eggs"])
    }

    @Test func exposuresShareAnAppendWithEvents() throws {
        var shell = try PaperShell.open()
        _ = shell.send([Shop.event(1, "milk")], of: anna)
        _ = try shell.price(anna, "milk")
        shell.flush()
        _ = shell.send([Shop.event(2, "milk")], of: anna)
        shell.settle()
        #expect(shell.groups == [1, 2])
    }

    /// What a worker may show within a moment is more than a log takes at once.
    @Test func manyExposuresAreLoggedInRecordsAndAppendsOfBoundedSize() throws {
        var shell = try PaperShell.open()
        let name = String(repeating: "n", count: 50)
        for shopper in 0..<20_000 {
            _ = try shell.price(UserKey(tenant: Shop.tenant, user: "\(name)\(shopper)"), "milk", "eggs", "corn")
        }
        shell.flush()
        while let append = shell.underWay.first {
            #expect(append.records.reduce(0) { $0 + $1.encodedBytes } <= 4 << 20)
            for case .exposures(_, let exposures) in append.records { #expect(exposures.count <= 8_192) }
            #expect(append.records.allSatisfy { $0.encodedBytes <= (1 << 20) + 100 })
            // A failure in between loses nothing, and what comes after it goes on.
            if shell.groups.count == 2 { shell.failAppend(.notWritten("disk full", remedy: "free space")) }
            shell.finishAppend()
        }
        #expect(shell.loggedExposures().count < 60_000)
        shell.flush()
        shell.settle()
        #expect(shell.loggedExposures().count == 60_000)
        #expect(Set(shell.loggedExposures().map { "\($0.user.user) \($0.product)" }).count == 60_000)
    }

    /// What has expired is worth something to learning, and less than a promise.
    @Test func whereThereIsNoRoomExpiredPricesMakeWayForNewOnes() throws {
        var shell = try PaperShell.open()
        let anna = CoreScript.shopper(of: 0, "anna")
        var expiry = Shop.noon
        for shopper in 0..<100_000 {
            let user = UserKey(tenant: Shop.tenant, user: "\(shopper)")
            guard shell.partition(of: user) == PartitionID(0) else { continue }
            expiry = try shell.price(user, "milk", "eggs", "corn").expiresAt
        }
        shell.flush(at: expiry)
        #expect(shell.underWay.isEmpty, "all of it has expired and was in the way")
        _ = try shell.price(anna, "milk", at: expiry)
        shell.flush(at: expiry)
        shell.settle()
        #expect(shell.loggedExposures().map(\.user) == [anna])
    }

    @Test func aLeaderLogsExpiredPricesAsLongAsThereIsRoom() throws {
        var shell = try PaperShell.open()
        let quote = try shell.price(anna, "milk")
        shell.flush(at: quote.expiresAt)
        shell.settle()
        #expect(shell.loggedExposures().count == 1)
    }

    /// A disk that stays full must not fill the memory: beyond a bound, prices shown are forgotten.
    @Test func exposuresThatCannotBeLoggedAreKeptUpToABound() throws {
        var shell = try PaperShell.open()
        for number in 0..<4 {
            for shopper in 0..<30_000 {
                let user = UserKey(tenant: Shop.tenant, user: "\(number)/\(shopper)")
                guard shell.partition(of: user) == PartitionID(0) else { continue }
                _ = try shell.price(user, "milk", "eggs", "corn")
            }
            shell.flush()
            while !shell.underWay.isEmpty { shell.failAppend(.notWritten("disk full", remedy: "free space")) }
        }
        shell.flush()
        shell.settle()
        #expect(60_000...65_536 ~= shell.loggedExposures().count)
    }

    // MARK: - Shown by a follower

    private let ben = CoreScript.shopper(of: 0, "ben")

    private func follower() throws -> CoreScript {
        var script = CoreScript.following(0)
        script.load(try Shop.bundle())
        return script
    }

    private func exposure(
        _ price: Int64, _ product: String = "milk", holding milliseconds: Int64 = Shop.window
    ) -> Record {
        let price = Money(minorUnits: price)
        return .exposures(
            at: Shop.noon,
            [
                Exposure(
                    user: ben, product: product, day: ShopCalendar.utc.day(of: Shop.noon), anchor: price,
                    personalPrice: price, listPrice: Money(minorUnits: 30_000),
                    expiresAt: Shop.noon.adding(milliseconds: milliseconds), modelVersion: 1, arm: 1, propensity: 1)
            ])
    }

    @Test func whatAFollowerShowsIsLoggedWhenItLeads() throws {
        var script = try follower()
        let quote = try script.price(ben, "milk")
        script.after(milliseconds: 100)
        #expect(script.timePasses() == [])
        #expect(try script.price(ben, "milk").lines == quote.lines)
        _ = script.lead(0, after: 3)
        _ = script.claimed(0, epoch: 4)
        script.after(milliseconds: 100)
        #expect(script.timePasses() == ["append to 0 under 4 at 0: 1 shown"])
    }

    @Test func whatAFencedLeaderCouldNotLogIsLoggedWhenItLeadsAgain() throws {
        var script = CoreScript.leading(0)
        script.load(try Shop.bundle())
        _ = try script.price(ben, "milk")
        #expect(script.timePasses() == ["append to 0 under 4 at 0: 1 shown"])
        _ = try script.price(ben, "eggs")
        #expect(script.appendRefused(0, .fenced(currentEpoch: 5)) == [])
        script.after(milliseconds: 1_000)
        #expect(script.timePasses() == [])
        _ = script.lead(0, after: 5)
        _ = script.claimed(0, epoch: 6)
        script.after(milliseconds: 100)
        #expect(script.timePasses() == ["append to 0 under 6 at 0: 2 shown"])
    }

    @Test func whatHasExpiredIsNotLoggedAnyMore() throws {
        var script = try follower()
        let quote = try script.price(ben, "milk")
        script.after(milliseconds: 100)
        #expect(script.timePasses(at: quote.expiresAt) == [])
        _ = script.lead(0, after: 3)
        _ = script.claimed(0, epoch: 4)
        script.after(milliseconds: 100)
        #expect(script.timePasses(at: quote.expiresAt) == [])
    }

    /// Two replicas may show one shopper two prices; whoever leads in the end never raises the lower one.
    @Test func ofTwoReplicasPricesTheLowerOneIsThePromise() throws {
        for (others, isLogged) in [(Int64(1_000), false), (30_000, true)] {
            var script = try follower()
            let mine = try script.price(ben, "milk").lines[0].unitPrice
            _ = script.followed(0, [exposure(others)], epoch: 3)
            let promise = min(mine, Money(minorUnits: others))
            #expect(try script.price(ben, "milk").lines[0].unitPrice == promise)
            _ = script.lead(0, after: 3)
            _ = script.claimed(0, epoch: 4, at: 1)
            #expect(script.timePasses() == (isLogged ? ["append to 0 under 4 at 1: 1 shown"] : []))
        }
    }

    /// The lower price binds while it is promised; after that the other replica's promise still does.
    @Test(arguments: [false, true]) func aLowerPriceThatHoldsForAShorterTimeLeavesTheLongerPromise(isLogged: Bool)
        throws
    {
        var script = try follower()
        let quote = try script.price(ben, "milk")
        let mine = quote.lines[0].unitPrice
        let others = mine - Money(minorUnits: 1)
        _ = script.followed(0, [exposure(others.minorUnits, holding: 1_000)], epoch: 3)
        if isLogged {
            _ = script.lead(0, after: 3)
            _ = script.claimed(0, epoch: 4, at: 1)
            #expect(script.timePasses() == ["append to 0 under 4 at 1: 1 shown"])
            _ = script.appended(0)
        }
        script.load(try Shop.bundle(version: 2, logSlope: -5))
        let last = quote.expiresAt.adding(milliseconds: -1)
        #expect(try script.price(ben, "milk", at: last).lines[0].unitPrice <= mine)
    }

    @Test func whatAnotherReplicaShowedLeavesTheRestAlone() throws {
        var script = try follower()
        for product in ["milk", "eggs", "corn"] { _ = try script.price(ben, product) }
        _ = script.followed(0, [exposure(1, "eggs"), exposure(1, "milk")], epoch: 3)
        _ = script.lead(0, after: 3)
        _ = script.claimed(0, epoch: 4, at: 2)
        #expect(script.timePasses() == ["append to 0 under 4 at 2: 1 shown"])
        #expect(try script.price(ben, "milk").lines[0].unitPrice == Money(minorUnits: 1))
    }
}
