// A model on trial: whom it prices, what is compared, how it comes to serve and how it is left again.

import Domain
import Models
import Testing
import WorkerCore

@Suite struct TrialTests {
    private static func activation(_ version: UInt64) -> ModelActivation {
        ModelActivation(version: version, checksum: version, path: "model \(version)")
    }

    private static func trial(_ version: UInt64, _ share: UInt32) -> ModelChange {
        .trial(ModelTrial(activation: activation(version), sharePerMille: share))
    }

    /// Model 1 serves, with shoppers who have a past.
    private func shop() throws -> PaperShell {
        var shell = try PaperShell.open(Shop.configuration(smoothing: 1, dailyMove: 1))
        for number in 0..<40 {
            _ = shell.send(
                (1...5).map { Shop.event(UInt64(100 * number + $0), weeksAgo: Int64($0), "milk") },
                of: Self.user(number))
        }
        shell.settle()
        return asked(.serve(Self.activation(1)), shell)
    }

    private static func user(_ number: Int) -> UserKey { Shop.user("u\(number)") }

    private func asked(_ change: ModelChange, _ shell: PaperShell) -> PaperShell {
        var shell = shell
        _ = shell.change(change)
        shell.settle()
        return shell
    }

    /// A model that finds shoppers less sensitive to prices.
    private func dearer(_ version: UInt64) throws -> ModelBundle { try Shop.bundle(version: version, logSlope: 0.7) }

    private func versions(_ shell: inout PaperShell) throws -> [UInt64] {
        try (0..<40).map { try shell.price(Self.user($0), "milk").modelVersion }
    }

    // MARK: - Whom it prices

    @Test func aShadowPricesNobodyAndChangesNoPrice() throws {
        var plain = try shop()
        var shadowed = asked(Self.trial(2, 0), plain)
        shadowed.load(try dearer(2))
        for round in 0..<20 {
            for number in 0..<40 {
                let one = try plain.price(Self.user(number), "milk", "eggs").lines
                #expect(try shadowed.price(Self.user(number), "milk", "eggs").lines == one, "round \(round)")
            }
        }
        let trial = try #require(shadowed.core.report(isReady: true, problem: "", now: Shop.noon).models.trial)
        #expect(trial.isLoaded && trial.comparison.lines == 2 * 20 * 40 / 16)
        #expect(trial.comparison.higher > 0 && trial.comparison.lower == 0)
        #expect(trial.comparison.movedMillionths > 0)
        #expect(trial.comparison.trialMillionths != trial.comparison.servingMillionths)
        #expect(plain.core.report(isReady: true, problem: "", now: Shop.noon).models.trial == nil)
    }

    @Test func aCanaryPricesItsShareAndNobodyElse() throws {
        var shell = asked(Self.trial(2, 300), try shop())
        #expect(try Set(versions(&shell)) == [1], "not loaded yet")
        shell.load(try dearer(2))
        let trial = ModelTrial(activation: Self.activation(2), sharePerMille: 300)
        #expect(try versions(&shell) == (0..<40).map { trial.prices(Self.user($0)) ? 2 : 1 })
        #expect(try Set(versions(&shell)) == [1, 2])
    }

    /// Else nobody could say what promoting would change.
    @Test func aCanaryOfEverybodyIsComparedToo() throws {
        var shell = asked(Self.trial(2, 1_000), try shop())
        shell.load(try dearer(2))
        for _ in 0..<20 { #expect(try Set(versions(&shell)) == [2]) }
        let trial = try #require(shell.core.report(isReady: true, problem: "", now: Shop.noon).models.trial)
        #expect(trial.comparison.lines == 20 * 40 / 16)
        #expect(trial.comparison.higher > 0 && trial.comparison.lower == 0)
    }

    @Test func aShareIsMetAndGrowsAroundThoseWhoWereIn() {
        for version: UInt64 in 1...3 {
            let small = ModelTrial(activation: Self.activation(version), sharePerMille: 50)
            let large = ModelTrial(activation: Self.activation(version), sharePerMille: 400)
            let users = (0..<20_000).map { Self.user($0) }
            let inSmall = users.filter(small.prices)
            #expect(abs(inSmall.count - 1_000) < 130)
            #expect(inSmall.allSatisfy(large.prices))
            #expect(abs(users.count(where: large.prices) - 8_000) < 350)
            let other = ModelTrial(activation: Self.activation(version + 10), sharePerMille: 50)
            #expect(inSmall.count(where: other.prices) < 100, "another model is tried on others")
        }
        let everybody = ModelTrial(activation: Self.activation(1), sharePerMille: 1_000)
        #expect((0..<1_000).allSatisfy { everybody.prices(Self.user($0)) })
    }

    // MARK: - Its end

    @Test func whatIsPromotedServesAtOnce() throws {
        var shell = asked(Self.trial(2, 0), try shop())
        shell.load(try dearer(2))
        shell = asked(.serve(Self.activation(2)), shell)
        #expect(shell.core.servingVersion == 2 && shell.core.missingModels.isEmpty)
        #expect(try Set(versions(&shell)) == [2])
        let models = shell.core.report(isReady: true, problem: "", now: Shop.noon).models
        #expect(models.trial == nil && models.checksum == 2)
        #expect(models.previous == .init(version: 1, checksum: 1))
    }

    @Test func whatIsWithdrawnPricesNobody() throws {
        var shell = asked(Self.trial(2, 1_000), try shop())
        shell.load(try dearer(2))
        #expect(try Set(versions(&shell)) == [2])
        shell = asked(.trial(nil), shell)
        #expect(try Set(versions(&shell)) == [1])
    }

    /// Its memory is given back where nobody waits; what prices still is not.
    @Test func whatPricesNoMoreIsRetired() throws {
        var shell = asked(Self.trial(2, 0), try shop())
        shell.load(try dearer(2))
        #expect(shell.retired == 0)
        shell = asked(.serve(Self.activation(2)), shell)
        #expect(shell.retired == 1, "what it takes the place of")
        shell = asked(.serve(Self.activation(3)), shell)
        #expect(shell.retired == 1, "what serves until the next one is loaded")
        shell.load(try dearer(3))
        #expect(shell.retired == 2)
        shell = asked(Self.trial(4, 0), shell)
        shell.load(try dearer(4))
        shell = asked(.trial(nil), shell)
        #expect(shell.retired == 3, "what is withdrawn")
        shell.load(try dearer(5))
        #expect(shell.retired == 4, "what nobody asks for any more")
        #expect(try Set(versions(&shell)) == [3])
    }

    @Test func aTrialThatComesTooLateIsForgotten() throws {
        var shell = asked(Self.trial(2, 1_000), try shop())
        shell = asked(Self.trial(3, 1_000), shell)
        #expect(shell.core.missingModels.map(\.version) == [3])
        shell = asked(.serve(Self.activation(4)), shell)
        #expect(shell.core.missingModels.map(\.version) == [4, 3])
        shell.load(try dearer(2))
        #expect(try Set(versions(&shell)) == [1], "the last good one serves until then")
        #expect(shell.core.missingModels.map(\.version) == [4, 3])
    }

    @Test func goingBackTwiceGoesBackTwiceAndRepeatingChangesNothing() throws {
        var shell = try shop()
        for version: UInt64 in 2...4 { shell = asked(.serve(Self.activation(version)), shell) }
        func previous() -> UInt64? {
            shell.core.report(isReady: true, problem: "", now: Shop.noon).models.previous?.version
        }
        #expect(shell.core.activation?.version == 4 && previous() == 3)
        for _ in 0..<2 {
            shell = asked(.serve(Self.activation(3)), shell)
            #expect(shell.core.activation?.version == 3 && previous() == 2)
        }
        shell = asked(.serve(Self.activation(2)), shell)
        shell = asked(.serve(Self.activation(1)), shell)
        #expect(shell.core.activation?.version == 1 && previous() == nil)
    }

    @Test func whatServesIsNotTried() throws {
        let shell = asked(Self.trial(1, 500), try shop())
        #expect(shell.core.report(isReady: true, problem: "", now: Shop.noon).models.trial == nil)
        #expect(shell.core.missingModels.isEmpty)
    }

    @Test func aTrialOutlivesARestart() throws {
        let shell = asked(Self.trial(2, 300), asked(.serve(Self.activation(5)), try shop()))
        let again = try shell.restarted()
        #expect(again.core.missingModels.map(\.version) == [5, 2])
        let state = try #require(shell.core.frozenState(of: .broadcast))
        #expect(again.core.frozenState(of: .broadcast)?.encoded() == state.encoded())
    }
}
