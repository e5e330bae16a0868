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
        for arm in ExperimentArm.allCases {
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
            shell.failAppend(.notWritten("disk full"))
        }
        shell.flush()
        shell.settle()
        #expect(60_000...65_536 ~= shell.loggedExposures().count)
    }
}
