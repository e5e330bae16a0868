import Domain
import Supervision
import Testing

struct ClusterViewTests {
    @Test func theLeaderIsTheOneWithTheHighestEpoch() {
        let view = ClusterView(
            status(
                [
                    worker("w1", [replica(.leading, 0, epoch: 4, at: 90)]),
                    worker("w2", [replica(.leading, 0, epoch: 5, at: 80)]),
                    worker("w3", [replica(.following, 0, epoch: 6, at: 70)]),
                ], partitions: 1))
        #expect(view.partitions[0].leader?.worker == "w2")
        #expect(view.partitions[0].replicas.map(view.partitions[0].recordsBehind) == [0, 0, 10])
        #expect(view.partitions[1].id == .broadcast)
        #expect(view.partitions[1].leader == nil)
    }

    @Test func aWorkerMayStopOnceItLeadsNothingAndOthersHoldEnough() {
        func obstacle(
            _ first: [ReplicaReport], _ second: [ReplicaReport], _ third: [ReplicaReport], isRunning: Bool = true
        ) -> String? {
            ClusterView(
                status(
                    [worker("w1", first, isDraining: true), worker("w2", second), worker("w3", third)],
                    partitions: 1)
            ).obstacleToStopping("w1", replicas: 2, isRunning: isRunning)
        }
        let others = [replica(.following, 0), replica(.leading, broadcast)]
        #expect(
            obstacle([replica(.leading, 0)], others, [replica(.following, 0)]) == "w1 still leads 1 partition")
        #expect(obstacle([replica(.leading, 0)], others, [], isRunning: false) == "nobody leads partition 0 yet")
        let leading = [replica(.leading, 0, epoch: 2), replica(.leading, broadcast)]
        #expect(
            obstacle([replica(.following, 0)], leading, [replica(.loading, 0)])
                == "partition 0 has 1 of 2 caught-up replicas besides w1")
        #expect(obstacle([replica(.following, 0)], leading, [replica(.following, 0)]) == nil)
        // One worker is left: more replicas than that there cannot be.
        let two = ClusterView(
            status([worker("w1", [], isDraining: true), worker("w2", leading)], partitions: 1))
        #expect(two.obstacleToStopping("w1", replicas: 2) == nil)
        #expect(two.obstacleToStopping("w2", replicas: 2) == "no other worker can take over from w2")
    }

    @Test func aWorkerServesOnceEverythingIsReadAndEveryPartitionIsWhole() {
        func obstacle(_ added: WorkerStatus) -> String? {
            let other = worker("w1", [replica(.leading, 0), replica(.leading, broadcast)])
            return ClusterView(status([other, added], partitions: 1)).obstacleToServing("w2", replicas: 2)
        }
        #expect(obstacle(worker("w2", [], isReady: false)) == "w2 has not reported yet")
        #expect(obstacle(worker("w2", [replica(.loading, 0)], isReady: true)) == "w2 reads 1 partition")
        #expect(
            obstacle(worker("w2", [replica(.following, 0)], isReady: false, problem: "no model"))
                == "w2: no model")
        #expect(
            obstacle(worker("w2", [replica(.following, broadcast)]))
                == "partition 0 has 1 of 2 caught-up replicas")
        #expect(obstacle(worker("w2", [replica(.following, 0)])) == nil)
    }

    @Test func oneWordSaysHowAWorkerIs() {
        let workers = [
            worker("w1", [replica(.leading, 0)]), worker("w2", [replica(.leading, 0)], isDraining: true),
            worker("w3", [replica(.loading, 0)], isReady: false),
            worker("w4", [replica(.following, 0)], isReady: false, problem: "silent"),
            worker("w5", [replica(.following, 0)], isReady: false, problem: "quarantined: it has stopped 2 times"),
            worker("w6", [], isReady: false, silentMilliseconds: 0),
        ]
        let view = ClusterView(status(workers))
        #expect(
            view.workers.map(view.state) == [.ready, .draining, .loading, .silent, .quarantined, .gone])
    }
}
