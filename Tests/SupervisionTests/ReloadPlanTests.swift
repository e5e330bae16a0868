import Configuration
import Domain
import Supervision
import Testing

struct ReloadPlanTests {
    /// Two routers and three workers, as they run.
    private static let running = {
        var configuration = ClusterConfiguration()
        configuration.routers = [router("r1", 1), router("r2", 3)]
        return configuration
    }()

    private static func router(_ name: String, _ port: UInt16) -> RouterSettings {
        var router = ClusterConfiguration().routers[0]
        router.name = name
        router.clients = Endpoint(host: "127.0.0.1", port: port)
        router.workers = Endpoint(host: "127.0.0.1", port: port + 1)
        return router
    }

    private static let planner = ProcedurePlanner(
        routers: ["r1", "r2"], workers: ["w1", "w2", "w3"], replicas: 2)

    /// What every process has read, unless it is named otherwise.
    private static func read(_ others: [String: ClusterConfiguration?] = [:]) -> [String: ClusterConfiguration] {
        var read: [String: ClusterConfiguration] = [:]
        for name in planner.routers + planner.workers { read[name] = others[name] ?? running }
        return read
    }

    private func plan(
        isForced: Bool = false, _ change: (inout ClusterConfiguration) -> Void
    ) throws(Refusal) -> ReloadPlan {
        var wanted = Self.running
        change(&wanted)
        return try ReloadPlan(
            from: Self.read(), inForce: Self.running, to: wanted, Self.planner, isForced: isForced)
    }

    /// The plan that goes back to what was in force, after a reload that was given up half way.
    private func planBack(_ others: [String: ClusterConfiguration?]) throws(Refusal) -> ReloadPlan {
        try ReloadPlan(
            from: Self.read(others), inForce: Self.running, to: Self.running, Self.planner, isForced: false)
    }

    /// What is stopped, started and drained.
    private func trace(
        isForced: Bool = false, _ change: (inout ClusterConfiguration) -> Void
    ) throws -> [String] {
        guard let procedure = try plan(isForced: isForced, change).procedure else { return [] }
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.run(procedure)
        #expect(cluster.outcome == .finished)
        return cluster.trace
    }

    @Test func noChangeIsNothingToDo() throws {
        let plan = try plan { _ in }
        #expect(plan.lines.isEmpty)
        #expect(plan.procedure == nil)
    }

    @Test func anotherCountAddsOrDrains() throws {
        #expect(try trace { $0.workers.count = 5 } == ["+w4", "+w5"])
        #expect(try trace { $0.workers.count = 2 } == ["~w3", "−w3"])
        #expect(throws: Refusal.self) { try plan { $0.workers.count = 1 } }
        #expect(try trace(isForced: true) { $0.workers.count = 1 } == ["~w3", "−w3", "~w2", "−w2"])
    }

    @Test func onlyWhoHasReadAKeyIsRestarted() throws {
        let workers = ["~w1", "−w1", "+w1", "~w2", "−w2", "+w2", "~w3", "−w3", "+w3"]
        let routers = ["−r1", "+r1", "−r2", "+r2"]
        #expect(try trace { $0.pricing.smoothingRatio = 1 } == workers)
        #expect(try trace { $0.experiments.salt = "other" } == workers)
        #expect(try trace { $0.limits.inFlight = 1_024 } == routers)
        #expect(try trace { $0.heartbeats.interval = .milliseconds(20) } == workers + routers)
        #expect(try trace { $0.cluster.replicas = 3 } == workers + routers)
        #expect(try trace { $0.shop.tenant = "other" }.isEmpty)
        #expect(try plan { $0.model.bundleFile = "other" }.lines.contains { $0.contains("farthing activate") })
    }

    @Test func whoHasReadAFileThatWasGivenUpIsRestartedToForgetIt() throws {
        var abandoned = Self.running
        abandoned.pricing.smoothingRatio = 1
        let plan = try planBack(["w1": abandoned])
        #expect(plan.lines == ["pricing changed: restart w1, one by one"])
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.run(try #require(plan.procedure))
        #expect(cluster.trace == ["~w1", "−w1", "+w1"])

        // And the other way round: with the same file once more, only the others are left.
        let on = try ReloadPlan(
            from: Self.read(["w1": abandoned]), inForce: Self.running, to: abandoned, Self.planner, isForced: false)
        #expect(on.lines == ["pricing changed: restart w2, w3, one by one"])

        abandoned.limits.inFlight = 1_024
        #expect(
            try planBack(["r2": abandoned]).lines == ["limits changed: restart r2, one by one"])
    }

    @Test func whatAGivenUpReloadHasStoppedIsStartedAgain() throws {
        let plan = try planBack(["w2": nil, "r2": nil])
        #expect(plan.lines == ["start w2, stopped earlier", "start r2"])
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.run(try #require(plan.procedure))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace == ["+w2", "+r2"])
    }

    @Test func aRouterElsewhereThanTheFileSaysIsMovedBack() throws {
        var abandoned = Self.running
        abandoned.routers[1] = Self.router("r2", 13)
        let plan = try planBack(["r2": abandoned, "w3": abandoned])
        #expect(
            plan.lines == [
                "stop r2; clients go on with r1", "routers changed: restart w3, one by one", "start r2",
            ])
    }

    @Test func workersKnowANewRouterBeforeItStarts() throws {
        #expect(
            try trace { $0.routers.append(Self.router("r3", 5)) } == [
                "~w1", "−w1", "+w1", "~w2", "−w2", "+w2", "~w3", "−w3", "+w3", "+r3",
            ])
    }

    @Test func aRouterThatGoesGoesFirst() throws {
        #expect(
            try trace { $0.routers.removeLast() } == [
                "−r2", "~w1", "−w1", "+w1", "~w2", "−w2", "+w2", "~w3", "−w3", "+w3",
            ])
    }

    @Test func noRouterKeepingItsAddressNeedsForceAndStartsEverythingAgain() throws {
        func move(_ configuration: inout ClusterConfiguration) {
            configuration.routers = [Self.router("r1", 11), Self.router("r2", 13)]
        }
        #expect(throws: Refusal.self) { try plan(move) }
        #expect(
            try trace(isForced: true, move) == [
                "−w1", "−w2", "−w3", "−r1", "−r2", "+r1", "+r2", "+w1", "+w2", "+w3",
            ])
    }

    @Test func whatBelongsToTheLogIsRefusedByName() throws {
        let changes: [(String, (inout ClusterConfiguration) -> Void)] = [
            ("cluster.name", { $0.cluster.name = "other" }), ("cluster.partitions", { $0.cluster.partitions = 8 }),
            ("log.directory", { $0.log.directory = "other" }), ("log.servers", { $0.log.servers.removeLast() }),
            ("shop.time_zone", { $0.shop.timeZone = "UTC" }),
        ]
        for (key, change) in changes {
            do throws(Refusal) {
                _ = try plan(isForced: true, change)
                Issue.record("\(key) was taken")
            } catch {
                #expect(error.remedy.contains(key))
                #expect(error.remedy.contains("Nothing was changed"))
            }
        }
    }
}
