// Two servers lead the two streams, so that the end of one server leaves the other stream with its leader. The servers
// elect as it comes; who leads the partition looks after it.

extension StreamPair {
    private static let spreading: Duration = .seconds(2)

    /// Has the idle stream handed over when one server leads both. What cannot be done now is done next time.
    func spreadLeaders() {
        let now = servers.now
        guard led != nil, spreadAt.map({ now - $0 > Self.spreading }) ?? true, restraints.spreading.allows(at: now)
        else { return }
        spreadAt = now
        do throws(NatsFailure) {
            guard let busy = try servers.leader(of: streams[active].stream),
                try servers.leader(of: streams[active.other].stream) == busy
            else { return }
            try servers.handOver(streams[active.other].stream)
        } catch {
            restraints.spreading.begin(at: servers.now)
        }
    }
}
