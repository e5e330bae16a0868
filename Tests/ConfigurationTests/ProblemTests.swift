import Configuration
import Testing

struct ProblemTests {
    /// A file and the one line that is said about it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var yaml: String
        var line: String
        var testDescription: String { line }

        init(_ yaml: String, _ line: String) {
            self.yaml = yaml
            self.line = line
        }
    }

    @Test(arguments: [
        // Keys
        Mistake(
            "cluster:\n  partitons: 16\n", "2:3: unknown key “partitons”; did you mean “partitions”?"),
        Mistake("prcing: {}", "1:1: unknown key “prcing”; did you mean “pricing”?"),
        Mistake(
            "shop:\n  tenant: a\n  zzzzzzzz: 1\n",
            "3:3: unknown key “zzzzzzzz”; known here: currency, tenant, time_zone"),
        Mistake(
            "workers:\n  count: 2\n  # again\n  count: 3\n",
            "4:3: workers.count is given twice, first on line 2; keep one of the two"),
        Mistake(
            "workers: {}\nshop: {}\n\"workers\": {count: 2}\n",
            "3:1: workers is given twice, first on line 1; keep one of the two"),
        Mistake("? [a, b]\n: 1\n", "1:3: a key is a list; expected a word"),
        // Types
        Mistake("workers: 3", "1:10: workers is “3”; expected keys with values, such as `key: value`"),
        Mistake("- 1\n- 2", "1:1: the file is a list; expected keys with values, such as `key: value`"),
        Mistake("workers:\n  count: [3]", "2:10: workers.count is a list; expected a whole number from 1 to 64"),
        Mistake("workers:\n  count:", "2:9: workers.count is empty; expected a whole number from 1 to 64"),
        Mistake("workers:\n  count: three", "2:10: workers.count is “three”; expected a whole number from 1 to 64"),
        Mistake("workers:\n  count: 3.0", "2:10: workers.count is “3.0”; expected a whole number from 1 to 64"),
        Mistake("workers:\n  count: 0x3", "2:10: workers.count is “0x3”; expected a whole number from 1 to 64"),
        // Ranges
        Mistake(
            "cluster: {partitions: 1025}",
            "1:23: cluster.partitions is “1025”; expected a whole number from 1 to 1024"),
        Mistake(
            "cluster: {partitions: 99999999999999999999}",
            "1:23: cluster.partitions is “99999999999999999999”; expected a whole number from 1 to 1024"),
        Mistake("pricing:\n  smoothing: 1.01", "2:14: pricing.smoothing is “1.01”; expected a number from 0 to 1"),
        Mistake("pricing:\n  smoothing: .nan", "2:14: pricing.smoothing is “.nan”; expected a number from 0 to 1"),
        Mistake(
            "experiments: {exploring_deviation: wide}",
            "1:36: experiments.exploring_deviation is “wide”; expected model, or a percentage from 1% to 200%, such as 5%"
        ),
        Mistake(
            "experiments: {control_share: 60%, exploring_share: 50%}",
            "1:52: experiments.control_share and exploring_share are more than everybody; lower one of them"),
        Mistake(
            "heartbeats: {interval: 200ms}",
            "1:13: heartbeats.suspect_after is shorter than three intervals; one late heartbeat would eject a healthy "
                + "worker, so lengthen suspect_after or shorten interval"),
        // Notations
        Mistake(
            "pricing:\n  minimum_margin: 5",
            "2:19: pricing.minimum_margin is “5”; expected a percentage from 0% to 1000%, such as 5%"),
        Mistake(
            "pricing:\n  minimum_margin: -5%",
            "2:19: pricing.minimum_margin is “-5%”; expected a percentage from 0% to 1000%, such as 5%"),
        Mistake(
            "quotes:\n  window: 15",
            "2:11: quotes.window is “15”; expected a duration from 1s to 7d, with one of the units us, ms, s, m, h, d"),
        Mistake(
            "quotes:\n  window: 15 min",
            "2:11: quotes.window is “15 min”; expected a duration from 1s to 7d, with one of the units "
                + "us, ms, s, m, h, d"),
        Mistake(
            "pricing: {objective: growth}",
            "1:22: pricing.objective is “growth”; expected one of profit, revenue, conversion"),
        Mistake("log: {kind: nats}", "1:13: log.kind is “nats”; expected one of embedded, jetstream"),
        Mistake("log: {replicas: 2}", "1:17: log.replicas is “2”; expected 1, 3 or 5"),
        Mistake(
            "log: {servers: [nats://a:1]}",
            "1:16: log.replicas is 3, but log.servers names 1; name as many servers as a stream has replicas, or lower "
                + "replicas"),
        Mistake(
            "log: {servers: [nats://a:1, b, nats://c:1]}",
            "1:29: log.servers[1] is “b”; expected an address such as nats://127.0.0.1:4222"),
        Mistake(
            "shop: {time_zone: Mars/Olympus}",
            "1:19: shop.time_zone is “Mars/Olympus”; expected an IANA time zone that this machine knows, such as "
                + "America/New_York or UTC"),
        Mistake(
            "shop:\n  tenant: \"a\\tb\"",
            "2:11: shop.tenant is “a\tb”; expected 1 to 64 bytes of text without control "
                + "characters"),
        // Routers
        Mistake("routers: []", "1:10: routers is a list of 0; expected a list of 1 to 16 routers"),
        Mistake(
            "routers: [\(Array(repeating: "{}", count: 17).joined(separator: ", "))]",
            "1:10: routers is a list of 17; expected a list of 1 to 16 routers"),
        Mistake(
            "routers:\n  - {name: r1, clients: 'tcp://h:1', workers: 'tcp://h:2'}\n"
                + "  - {name: r1, clients: 'tcp://h:3', workers: 'tcp://h:4'}",
            "3:12: routers[1].name is the name of routers[0].name too; give each router its own"),
        Mistake(
            "routers:\n  - {name: r1, clients: 'tcp://h:1', workers: 'tcp://h:2'}\n"
                + "  - {name: r2, clients: 'tcp://h:2', workers: 'tcp://h:4'}",
            "3:25: routers[1].clients is the address of routers[0].workers too; give it a port of its own"),
        Mistake(
            "cluster: {replicas: 0}", "1:21: cluster.replicas is “0”; expected a whole number from 1 to 5"),
        Mistake("routers: r1", "1:10: routers is “r1”; expected a list of 1 to 16 routers"),
        Mistake(
            "routers:\n  - name: r1\n    clients: tcp://h:1\n",
            "2:5: routers[0].workers is missing; give an address such as tcp://127.0.0.1:7400"),
        Mistake(
            "routers:\n  - {name: r1, clients: 'tcp://h:70000', workers: 'tcp://h:2'}",
            "2:25: routers[0].clients is “tcp://h:70000”; expected an address such as tcp://127.0.0.1:7400"),
        Mistake(
            "routers:\n  - {name: r1, clients: 'tcp://h:1', workers: 'tcp://h:1'}",
            "2:47: routers[0].workers is the address of routers[0].clients too; give it a port of its own"),
        // Not YAML
        Mistake(
            "cluster:\n  name: [a\nworkers: {}\n",
            "3:8: not YAML: did not find expected ',' or ']' (while parsing a flow sequence from line 2); mind "
                + "indentation, quotes and colons"),
        Mistake(
            "a: *b", "1:4: not YAML: found undefined alias; mind indentation, quotes and colons"),
    ])
    func everyMistakeIsNamedWithItsPlaceAndItsRemedy(mistake: Mistake) {
        #expect {
            try ClusterConfiguration.parse(yaml: mistake.yaml, source: "cluster.yaml")
        } throws: { error in
            let lines = (error as? ConfigurationError)?.lines ?? ["\(error)"]
            if lines != ["cluster.yaml:\(mistake.line)"] { Issue.record("\(lines)") }
            return true
        }
    }

    @Test
    func allProblemsOfAFileAreReportedTogetherInItsOrder() {
        let yaml = """
            cluster:
              name: ""
              partitons: 16
            workers: {count: many}
            workers: {count: 1}
            pricing:
              smoothing: 2
              smoothing: 3
            quotes: {window: soon}
            colour: red
            """
        #expect {
            try ClusterConfiguration.parse(yaml: yaml, source: "c.yaml")
        } throws: { error in
            guard let error = error as? ConfigurationError else { return false }
            return error.problems.compactMap(\.place?.line) == [2, 3, 5, 8, 8, 9, 10]
                && error.description.hasPrefix(
                    "INVALID_CONFIGURATION (300): 7 problems\nc.yaml:2:9: cluster.name is “”;")
                && error.lines.last?.hasPrefix("c.yaml:10:1: unknown key “colour”; known here: cluster,") == true
        }
    }

    @Test
    func anotherFileByMistakeIsRefusedWithoutReadingOn() {
        let long = String(repeating: "#", count: ClusterConfiguration.largestFileBytes + 1)
        let deep = String(repeating: "[", count: 100_000)
        for yaml in [long, deep, "\u{1}", "a: b\n---\nc: d\n"] {
            #expect(throws: ConfigurationError.self) {
                try ClusterConfiguration.parse(yaml: yaml, source: "cluster.yaml")
            }
        }
    }
}
