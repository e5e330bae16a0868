// Who is hit. The draw comes from the plan's seed; among whom it chooses is what runs at that moment.

import Domain

struct TargetChoice {
    let cluster: ChaosCluster
    let leaders: Leaders
    /// Who suffers from something already.
    let busy: Set<String>
    let draw: UInt64

    /// nil when there is nobody.
    func worker(_ choice: WorkerChoice) -> String? {
        let candidates = cluster.running(.worker).filter { !busy.contains($0) }
        switch choice {
        case .any: return pick(candidates, draw)
        case .named(let name): return candidates.first { $0 == name }
        case .leader(let partition): return leaders.leader(of: partition).flatMap { candidates.contains($0) ? $0 : nil }
        }
    }

    func router(_ choice: RouterChoice) -> String? {
        let candidates = cluster.running(.router).filter { !busy.contains($0) }
        switch choice {
        // Processes are hit one at a time.
        case .any, .all: return pick(candidates, draw)
        case .named(let name): return candidates.first { $0 == name }
        }
    }

    func server(_ choice: ServerChoice) -> String? {
        let candidates = (cluster.servers?.running ?? []).filter { !busy.contains($0) }
        switch choice {
        case .any: return pick(candidates, draw)
        case .named(let name): return candidates.first { $0 == name }
        }
    }

    /// Links by their numbers, and what to call them. Both ends may be down: a link can be cut then, too.
    func links(_ target: FaultTarget) -> (numbers: [Int], name: String, worker: String?)? {
        let layout = cluster.layout
        switch target {
        case .links(let workerChoice, let routerChoice):
            guard let worker = worker(workerChoice), let node = cluster.node(worker) else { return nil }
            let routers = routers(routerChoice)
            let numbers = layout.links.indices.filter {
                layout.links[$0].end == .worker(node.number) && routers.contains(layout.links[$0].router)
            }
            return (numbers, "\(worker) ↔ \(names(routers))", worker)
        case .clientLinks(let routerChoice):
            let routers = routers(routerChoice)
            let numbers = layout.links.indices.filter {
                guard case .client = layout.links[$0].end else { return false }
                return routers.contains(layout.links[$0].router)
            }
            return (numbers, "clients ↔ \(names(routers))", nil)
        case .none, .worker, .router, .server: return nil
        }
    }

    private func routers(_ choice: RouterChoice) -> [Int] {
        let all = Array(0..<cluster.layout.shape.routers)
        switch choice {
        case .all: return all
        case .any: return pick(all, finalMix(draw)).map { [$0] } ?? []
        case .named(let name): return all.filter { "r\($0 + 1)" == name }
        }
    }

    private func names(_ routers: [Int]) -> String { routers.map { "r\($0 + 1)" }.joined(separator: ", ") }

    private func pick<Item>(_ candidates: [Item], _ draw: UInt64) -> Item? {
        candidates.isEmpty ? nil : candidates[Int(draw.multipliedFullWidth(by: UInt64(candidates.count)).high)]
    }
}
