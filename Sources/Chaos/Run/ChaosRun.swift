// One run from beginning to end: start a cluster, load it, break it by the plan, heal it, read back, check.

import Client
import Configuration
import Domain
import Foundation
import JetStreamLog
import Log
import Models
import Operations

public struct ChaosOptions: Sendable {
    /// How long the load lasts.
    public var duration: Duration
    /// The folder of the executables.
    public var programs: String
    /// Leave the run's folder where it is.
    public var keepsFolder: Bool

    public init(duration: Duration, programs: String, keepsFolder: Bool = false) {
        self.duration = duration
        self.programs = programs
        self.keepsFolder = keepsFolder
    }
}

public final class ChaosRun {
    private let plan: ChaosPlan
    private let options: ChaosOptions
    private let report: (String) -> Void
    private let stop: StopSignal
    private let shop: Shop

    /// How long a cluster may take to start, and to recover: a worker that died again and again is in quarantine for
    /// up to 80 s.
    private static let patienceSeconds = 120.0

    /// Tokens of a run that are kept for presenting them again, roughly: a third of a kilobyte each.
    private static let keptTokens = 50_000.0
    private static let calibrationSeconds = 4.0

    /// - Parameters:
    ///   - stop: ends the run early and tidily.
    ///   - report: told what happens, for the operator.
    public init(
        _ plan: ChaosPlan, _ options: ChaosOptions, until stop: StopSignal, report: @escaping (String) -> Void
    ) {
        self.plan = plan
        self.options = options
        self.report = report
        self.stop = stop
        shop = Shop(
            shoppers: plan.load.users, lines: plan.load.lines, partitions: plan.cluster.partitions, seed: plan.seed,
            now: Clock.timestamp())
    }

    public func run() throws -> ChaosReport {
        for line in Leftovers.clearAbandoned() { report(line) }
        let folder = try RunFolder()
        var keeps = options.keepsFolder
        defer {
            Leftovers.clear(folder)
            if keeps {
                folder.keep()
                report("kept \(folder.path)")
            } else {
                folder.remove()
            }
        }
        do {
            let result = try run(in: folder)
            keeps = keeps || !result.violations.isEmpty
            return result
        } catch {
            keeps = true
            throw error
        }
    }

    // MARK: - The stages

    private func run(in folder: RunFolder) throws -> ChaosReport {
        let network = plan.cluster.network == .namespaces ? try NamespaceNetwork(tag: folder.tag) : nil
        let layout = try ClusterLayout(
            plan.cluster, clients: plan.load.clients, workerHost: network?.routerHost ?? "127.0.0.1",
            seed: UInt64(ProcessInfo.processInfo.processIdentifier))
        let volume = try plan.cluster.logMebibytes.map { try LogVolume(at: folder.file("log"), mebibytes: $0) }
        let proxy = layout.links.isEmpty ? nil : try LinkProxy(layout.proxied)
        try Data(try shop.model(seed: plan.seed).encode()).write(to: URL(filePath: folder.file("model.bundle")))
        let servers = try ChaosLogServers(layout, in: folder)
        defer { servers?.stop() }
        let cluster = try ChaosCluster(
            layout, in: folder, network: network, servers: servers, programs: options.programs, report: report)
        // Before the folder is undone: an orderly end is quicker than a forced one.
        defer { cluster.stop() }
        try cluster.start()
        let view = try RouterClients(layout.directEndpoints)
        let missing = try waitUntilWhole(cluster, view)
        guard missing.isEmpty else {
            throw ChaosError(
                "the cluster was not ready after \(Int(Self.patienceSeconds)) s: \(missing.joined(separator: "; "))",
                remedy: "Read the journals in \(folder.path).")
        }
        try fillCatalogue(view)
        let orders = orders(layout)
        let (rate, calibration) = try openRate(orders)
        report("load: \(Int(rate)) requests/s from \(orders.count) clients")
        let injector = FaultInjector(cluster: cluster, view: view, proxy: proxy, volume: volume, report: report)
        let driver = LoadDriver(
            orders.map { order in
                var order = order
                order.pace = .open(perSecond: rate / Double(orders.count))
                let requests = rate * Double(options.duration.microseconds) / 1e6
                order.tokenEvery = max(1, Int(min(requests * plan.load.mix.price / Self.keptTokens, 1e6)))
                order.expectedRequests = Int(min(1.05 * requests / Double(orders.count), 1e8))
                return order
            })
        defer { _ = driver.finish() }
        try carryOut(injector, cluster, from: driver.startedAt)
        let results = driver.finish()
        report("load ended; waiting until the cluster is whole")
        var recovered = Recovered()
        recovered.missing = try waitUntilWhole(cluster, view)
        var history = History(clients: (results + calibration).map(\.operations), faults: injector.records)
        history.loadStartedAt = driver.startedAt
        let readback = Readback(shop: shop, history: history)
        report("reading back")
        readback.ask(view, into: &recovered)
        cluster.stop()
        for node in cluster.nodes { recovered.unbiddenEnds[node.name] = node.surprises }
        try readback.read(try log(folder, servers), into: &recovered)
        return ChaosReport(
            plan: plan, rate: rate, findings: Findings(shop: shop, history: history, recovered: recovered),
            lateness: results.flatMap(\.lateness), failures: results.compactMap(\.failure))
    }

    /// Follows the plan until the load's time is over, then heals everything.
    private func carryOut(
        _ injector: FaultInjector, _ cluster: ChaosCluster, from start: MonotonicInstant
    ) throws {
        var timeline = Timeline.faults(of: plan, until: options.duration)[...]
        let end = start.adding(microseconds: options.duration.microseconds)
        while !stop.isRequested {
            let now = Clock.monotonic()
            if now >= end { break }
            try injector.heal(now: now)
            if let next = timeline.first, start.adding(microseconds: next.at.microseconds) <= now {
                timeline.removeFirst()
                try injector.inject(plan.faults[next.step], draw: next.draw)
                continue
            }
            let due = [
                timeline.first.map { start.adding(microseconds: $0.at.microseconds) }, injector.nextHeal,
                cluster.nextRestart, end,
            ].compactMap(\.self).min()
            let wait = (due ?? end).microseconds(since: now)
            try cluster.tend(waitMilliseconds: Int(min(wait / 1_000 + 1, 100)))
        }
        let deadline = Clock.monotonic().adding(microseconds: UInt64(Self.patienceSeconds * 1e6))
        while !injector.isIdle, Clock.monotonic() < deadline {
            try injector.healAll()
            try cluster.tend(waitMilliseconds: 20)
        }
    }

    private func log(_ folder: RunFolder, _ servers: ChaosLogServers?) throws -> any PartitionLog {
        let partitions = plan.cluster.partitions
        guard let servers else {
            return try SQLiteLog(directory: folder.file("log"), cluster: "chaos", partitionCount: partitions)
        }
        return try JetStreamLog(servers: servers.urls, cluster: "chaos", partitionCount: partitions)
    }

    /// - Returns: what is missing when patience ends; empty when the cluster is whole.
    private func waitUntilWhole(_ cluster: ChaosCluster, _ view: RouterClients) throws -> [String] {
        let deadline = Clock.monotonic().adding(microseconds: UInt64(Self.patienceSeconds * 1e6))
        while true {
            if stop.isRequested { throw ChaosError("asked to stop", remedy: "Start again to get a result.") }
            try cluster.tend(waitMilliseconds: 20)
            let missing = view.missing(workers: plan.cluster.workers, replicas: ClusterLayout.replicas)
            if missing.isEmpty || Clock.monotonic() >= deadline { return missing }
        }
    }

    private func fillCatalogue(_ view: RouterClients) throws {
        // Every worker follows the broadcast partition; the first carts need all of them to have it.
        let deadline = Clock.monotonic().adding(microseconds: UInt64(Self.patienceSeconds * 1e6))
        var isSent = false
        while Clock.monotonic() < deadline {
            if !isSent {
                isSent = view.each.contains { _, client in
                    (try? client.send(catalogue: shop.rows, tenant: shop.tenant, currency: shop.currency)) != nil
                }
                continue
            }
            let workers = view.status()?.workers ?? []
            let isEverywhere = workers.allSatisfy { $0.report.catalogueProducts >= UInt64(shop.rows.count) }
            if !workers.isEmpty, isEverywhere { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw ChaosError("a worker does not get the catalogue", remedy: "Read the journals.")
    }

    private func orders(_ layout: ClusterLayout) -> [LoadOrder] {
        let encoded = shop.encodedCarts()
        return (0..<plan.load.clients).map { client in
            LoadOrder(
                client: client, endpoints: layout.endpoints(ofClient: client), shop: shop, carts: encoded,
                load: plan.load, pace: .closed(outstanding: 1), seed: plan.seed)
        }
    }

    /// Requests in a second, all clients together, and what finding out took.
    private func openRate(_ orders: [LoadOrder]) throws(ChaosError) -> (perSecond: Double, results: [LoadResult]) {
        switch plan.load.rate {
        case .perSecond(let rate): return (Double(rate), [])
        case .share(let share):
            report("measuring what the cluster can answer")
            var numbered = orders
            for index in numbered.indices {
                numbered[index].client += orders.count
                numbered[index].tokenEvery = 64
            }
            let capacity = try LoadDriver.capacity(numbered, seconds: Self.calibrationSeconds)
            report("it answers \(Int(capacity.perSecond)) requests/s")
            return (capacity.perSecond * share, capacity.results)
        }
    }
}
