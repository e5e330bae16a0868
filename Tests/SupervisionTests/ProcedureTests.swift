import Domain
import Supervision
import Testing

struct ProcedureTests {
    private func planner(_ cluster: PaperCluster) -> ProcedurePlanner { ProcedurePlanner(cluster.fleet, replicas: 2) }

    @Test func aRollingRestartHasOneProcessDownAtATime() throws {
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.run(try planner(cluster).restartingOneByOne([], isForced: false))
        #expect(cluster.outcome == .finished)
        #expect(
            cluster.trace == [
                "−r1", "+r1", "−r2", "+r2", "~w1", "−w1", "+w1", "~w2", "−w2", "+w2", "~w3", "−w3", "+w3",
            ])
        #expect(cluster.mostDown == 1)
        #expect(cluster.fleet.members.allSatisfy { $0.runningSince != nil })
    }

    @Test func onlyWhatIsNamedIsRestarted() throws {
        var cluster = PaperCluster(routers: 1, workers: 2)
        cluster.run(try planner(cluster).restartingOneByOne(["w2"], isForced: false))
        #expect(cluster.trace == ["~w2", "−w2", "+w2"])
    }

    @Test func aLateRequestToDrainDoesNotKeepTheNextProcessFromServing() throws {
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.inheriting = ["w2"]
        cluster.run(try planner(cluster).restartingOneByOne(["w2", "w3"], isForced: false))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace == ["~w2", "−w2", "+w2", "!~w2", "~w3", "−w3", "+w3"])
    }

    @Test func aDrainedWorkerIsAskedThenStoppedThenForgotten() throws {
        var cluster = PaperCluster(routers: 1, workers: 3)
        cluster.run(try planner(cluster).draining("w2", isForced: false))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace == ["~w2", "−w2"])
        #expect(cluster.fleet.members.map(\.name) == ["r1", "w1", "w3"])
    }

    @Test func aDeadWorkerCanBeDrainedToo() throws {
        var cluster = PaperCluster(routers: 1, workers: 3)
        cluster.doomed = ["w4"]
        cluster.run(try planner(cluster).adding(1))
        guard case .failed(let why)? = cluster.outcome else { throw Missing() }
        #expect(why.contains("w4 keeps dying: it (process"))
        var after = PaperCluster(routers: 1, workers: 3)
        after.doomed = ["w4"]
        after.run(try planner(cluster).draining("w4", isForced: false))
        #expect(after.outcome == .finished)
    }

    @Test func addedWorkersGetTheNextNamesAndAreWaitedFor() throws {
        var cluster = PaperCluster(routers: 1, workers: 2)
        cluster.run(try planner(cluster).adding(2))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace == ["+w3", "+w4"])
    }

    @Test func aWorkerThatDoesNotLetGoIsGivenUpAndKeepsItsPlace() throws {
        var cluster = PaperCluster(routers: 1, workers: 3)
        cluster.stubborn = ["w2"]
        cluster.run(try planner(cluster).draining("w2", isForced: false))
        guard case .failed(let why)? = cluster.outcome else { throw Missing() }
        #expect(why.contains("drain w2: given up, because nothing has moved for 120 s: w2 still leads"))
        #expect(why.contains("Nothing was stopped or started"))
        #expect(cluster.trace.first == "~w2" && cluster.trace.last == "!~w2")
        #expect(!cluster.trace.contains("−w2"))
    }

    @Test func aHungWorkerIsDrainedOnceOthersLead() throws {
        var cluster = PaperCluster(routers: 1, workers: 3)
        cluster.hung = ["w2"]
        cluster.run(try planner(cluster).draining("w2", isForced: false))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace.last == "−w2")
    }

    @Test func aHungWorkerThatNobodyReplacesIsGivenUpWithFewWords() throws {
        var cluster = PaperCluster(routers: 1, workers: 3)
        cluster.hung = ["w2"]
        cluster.replacesHungLeaders = false
        cluster.run(try planner(cluster).draining("w2", isForced: false))
        guard case .failed(let why)? = cluster.outcome else { throw Missing() }
        #expect(why.contains("nothing has moved for 120 s: w2 still leads"))
        #expect(why.contains("it could not be asked: w2 was silent for"))
        // That it hands over, what is missing, and why it could not be asked.
        #expect(cluster.said.count <= 3)
        #expect(!cluster.trace.contains("−w2"))
    }

    @Test func whatItsPredecessorSaidLastIsNotTakenForAWorkersOwn() throws {
        var cluster = PaperCluster(routers: 2, workers: 3)
        cluster.outlived = ["w2"]
        cluster.run(try planner(cluster).restartingOneByOne(["w2"], isForced: false))
        #expect(cluster.outcome == .finished)
        #expect(cluster.trace == ["~w2", "−w2", "+w2"])
    }

    @Test func aCancelledDrainIsTakenBack() throws {
        let cluster = PaperCluster(routers: 1, workers: 3)
        var procedure = try planner(cluster).draining("w2", isForced: false)
        var actions: [ProcedureAction] = []
        procedure.advance(cluster.fleet, [], now: instant(1), into: &actions)
        actions = []
        procedure.cancelled(into: &actions)
        #expect(actions.first == .drain(worker: "w2", false))
        guard case .failed(let why)? = actions.last else { throw Missing() }
        #expect(why.contains("it was cancelled"))
        actions = []
        procedure.advance(cluster.fleet, [], now: instant(2), into: &actions)
        procedure.cancelled(into: &actions)
        #expect(actions.isEmpty)
    }

    @Test func whatRequestsWouldNoticeIsRefusedUnlessForced() throws {
        func refusal(_ body: () throws(Refusal) -> Procedure) -> Refusal? {
            do throws(Refusal) {
                _ = try body()
                return nil
            } catch {
                return error
            }
        }
        let one = ProcedurePlanner(routers: ["r1"], workers: ["w1"], replicas: 2)
        let two = ProcedurePlanner(routers: ["r1"], workers: ["w1", "w2"], replicas: 2)
        let many = ProcedurePlanner(routers: ["r1", "r2"], workers: ["w1", "w2", "w3"], replicas: 2)
        #expect(refusal { () throws(Refusal) in try one.draining("w1", isForced: false) } != nil)
        #expect(refusal { () throws(Refusal) in try one.draining("w1", isForced: true) } == nil)
        #expect(refusal { () throws(Refusal) in try two.draining("w1", isForced: false) } != nil)
        #expect(refusal { () throws(Refusal) in try many.draining("w1", isForced: false) } == nil)
        #expect(refusal { () throws(Refusal) in try two.restartingOneByOne([], isForced: false) } != nil)
        #expect(refusal { () throws(Refusal) in try two.restartingOneByOne(["w1"], isForced: false) } == nil)
        #expect(refusal { () throws(Refusal) in try one.restartingOneByOne(["w1"], isForced: false) } != nil)
        #expect(refusal { () throws(Refusal) in try many.restartingOneByOne([], isForced: false) } == nil)
        #expect(refusal { () throws(Refusal) in try many.restartingAtOnce(["w1", "w2"], isForced: false) } == nil)
        #expect(refusal { () throws(Refusal) in try many.restartingAtOnce([], isForced: false) } != nil)
        #expect(refusal { () throws(Refusal) in try many.restartingOneByOne(["w9"], isForced: true) } != nil)
        #expect(refusal { () throws(Refusal) in try many.adding(62) } != nil)
        #expect(refusal { () throws(Refusal) in try many.adding(0) } != nil)
    }
}
