import Simulation
import Testing

@Suite struct NetworkTests {
    @Test func aConnectionDeliversInOrder() {
        let paper = PaperNetwork()
        for number in 1...200 { #expect(paper.send(UInt64(number))) }
        paper.settle()
        #expect(paper.received == Array(1...200))
    }

    @Test func whatIsUnderWayIsLostWithItsConnection() {
        let paper = PaperNetwork()
        _ = paper.send(1)
        paper.network.reset(paper.link, now: paper.now, paper)
        paper.settle()
        #expect(paper.received.isEmpty)
        #expect(paper.disconnections == [.router(0), .worker(0)])
        #expect(paper.redials == 1)
    }

    @Test func nothingCanBeSentWithoutAConnection() {
        let paper = PaperNetwork()
        paper.network.reset(paper.link, now: paper.now, paper)
        #expect(!paper.send(1))
    }

    @Test func theRouterHearsThatAProcessHasDied() {
        let paper = PaperNetwork()
        paper.down.insert(paper.dialer)
        paper.network.processDied(paper.dialer, now: paper.now, paper)
        paper.settle()
        #expect(paper.disconnections == [.router(0)])
    }

    @Test func behindACutCableNobodyHearsOfADeathUntilItIsMended() {
        let paper = PaperNetwork()
        paper.network.block(paper.link, .toRouter)
        paper.down.insert(paper.dialer)
        paper.network.processDied(paper.dialer, now: paper.now, paper)
        paper.settle()
        #expect(paper.disconnections.isEmpty)
        paper.network.unblock(paper.link, .toRouter, now: paper.now, paper)
        paper.settle()
        #expect(paper.disconnections == [.router(0)])
    }

    @Test func whatWaitedAtACutArrivesInOrderWhenItIsMended() {
        let paper = PaperNetwork()
        for number in 1...5 { _ = paper.send(UInt64(number)) }
        paper.network.block(paper.link, .toRouter)
        for number in 6...10 { _ = paper.send(UInt64(number)) }
        paper.settle()
        #expect(paper.received.isEmpty)
        _ = paper.send(11)
        paper.network.unblock(paper.link, .toRouter, now: paper.now, paper)
        paper.settle()
        #expect(paper.received == Array(1...11))
    }

    @Test func anUnrulyNetworkLosesDoublesAndOvertakes() {
        var settings = NetworkSettings()
        settings.lost = 0.1
        settings.doubled = 0.1
        settings.overtaken = 0.1
        let paper = PaperNetwork(settings)
        paper.network.isUnruly = true
        for number in 1...1_000 { _ = paper.send(UInt64(number)) }
        paper.settle()
        #expect(Set(paper.received).count < 1_000)
        #expect(paper.received.count > Set(paper.received).count)
        #expect(paper.received != paper.received.sorted())
    }
}
