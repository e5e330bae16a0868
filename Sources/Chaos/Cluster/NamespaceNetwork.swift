// Every worker in a network namespace of its own, plugged into a bridge by a pair of virtual devices. Taking the
// cable out is then what it says. Addresses are of 198.18.0.0/15, which RFC 2544 sets aside for tests.

import Configuration
import Foundation

struct NamespaceNetwork {
    private let tag: String
    /// Where routers listen for workers.
    let routerHost = "198.18.7.1"

    private static let remedy =
        "Namespaces need root (CAP_NET_ADMIN and CAP_SYS_ADMIN): run as root, or use `network: proxy`."

    /// Makes the bridge.
    init(tag: String) throws(ChaosError) {
        self.tag = tag
        try ip("link", "add", Self.bridge(tag), "type", "bridge")
        try ip("address", "add", routerHost + "/24", "dev", Self.bridge(tag))
        try ip("link", "set", Self.bridge(tag), "up")
    }

    /// Makes the namespace of a worker, once.
    func addWorker(_ number: Int) throws(ChaosError) {
        let namespace = Self.namespace(tag, number)
        if FileManager.default.fileExists(atPath: "/run/netns/" + namespace) { return }
        let outside = outside(number)
        let inside = "fe\(tag)-\(number)"
        try ip("netns", "add", namespace)
        try ip("link", "add", outside, "type", "veth", "peer", "name", inside)
        try ip("link", "set", inside, "netns", namespace)
        try ip("link", "set", outside, "master", Self.bridge(tag))
        try ip("link", "set", outside, "up")
        try ip("-n", namespace, "address", "add", address(number) + "/24", "dev", inside)
        try ip("-n", namespace, "link", "set", inside, "up")
        try ip("-n", namespace, "link", "set", "lo", "up")
    }

    /// What stands before the command of a worker.
    func prefix(_ number: Int) -> [String] { ["ip", "netns", "exec", Self.namespace(tag, number)] }

    /// Cuts a direction of a worker's cable.
    func cut(_ number: Int, _ direction: LinkDirection) throws(ChaosError) {
        switch direction {
        case .both: try ip("link", "set", outside(number), "down")
        case .toRouter: try ip("-n", Self.namespace(tag, number), "route", "add", "blackhole", routerHost + "/32")
        case .fromRouter: try ip("route", "add", "blackhole", address(number) + "/32")
        }
    }

    func mend(_ number: Int, _ direction: LinkDirection) throws(ChaosError) {
        switch direction {
        case .both: try ip("link", "set", outside(number), "up")
        case .toRouter: try ip("-n", Self.namespace(tag, number), "route", "delete", "blackhole", routerHost + "/32")
        case .fromRouter: try ip("route", "delete", "blackhole", address(number) + "/32")
        }
    }

    /// Removes everything of a run; devices go with their namespaces.
    static func remove(tag: String) {
        guard !tag.isEmpty else { return }
        let prefix = "fc\(tag)-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
        for name in names.sorted() where name.hasPrefix(prefix) { Shell.run("ip", ["netns", "delete", name]) }
        let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")) ?? []
        for device in devices.sorted() where device.hasPrefix(prefix) { Shell.run("ip", ["link", "delete", device]) }
        if devices.contains(bridge(tag)) { Shell.run("ip", ["link", "delete", bridge(tag)]) }
    }

    private static func bridge(_ tag: String) -> String { "fc\(tag)" }
    private static func namespace(_ tag: String, _ number: Int) -> String { "fc\(tag)-w\(number)" }
    private func outside(_ number: Int) -> String { "fc\(tag)-\(number)" }
    private func address(_ number: Int) -> String { "198.18.7.\(10 + number)" }

    private func ip(_ arguments: String...) throws(ChaosError) {
        try Shell.require("ip", arguments, remedy: Self.remedy)
    }
}
