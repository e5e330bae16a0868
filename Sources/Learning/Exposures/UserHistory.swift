// What a user's own past says: how often prices were shown, how often something was bought, what was paid, how long ago.
// Of a row, only strictly earlier rows of the same user count; rows of the same second know nothing of each other. A
// question has no past in its file, so each user's last known state travels in the bundle, and a question that is not
// later than it is treated like a stranger's.

import Domain

package struct UserHistory: Equatable, Sendable {
    struct State: Equatable, Sendable {
        var exposures: UInt32 = 0
        var purchases: UInt32 = 0
        /// Of what was bought: ln(price / reference), added up.
        var logPrices = 0.0
        /// Of the last exposure.
        var last = Timestamp(milliseconds: 0)
    }

    struct User: Equatable, Sendable {
        var name: String
        var state: State
    }

    /// Of a purchase, over all rows.
    var rate: Double
    /// The users seen last, ascending by name.
    var users: [User]

    static let names = [
        "history: exposures", "history: purchase share", "history: mean log price paid", hoursSince,
    ]
    static let hoursSince = "history: hours since"
    /// Users whose state is kept.
    static let mostUsers = 200_000
    /// Everybody counts as this many exposures of each user's own.
    private static let strength = 5.0

    init(rate: Double, users: [User]) {
        self.rate = rate
        self.users = users
    }

    /// - Returns: the last state of each user, and the columns of every row.
    package static func learn(_ table: ExposureTable) -> (history: UserHistory, columns: [ExposureTable.NamedColumn]) {
        let rate = Double(table.bought.count { $0 }) / Double(max(1, table.count))
        let prices = table.logRelativePrices
        var rows = [[Float]](repeating: [Float](repeating: .nan, count: table.count), count: names.count)
        var states: [String: State] = [:]
        let order = table.times.indices.sorted {
            (table.times[$0].milliseconds, $0) < (table.times[$1].milliseconds, $1)
        }
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, table.times[order[end]] == table.times[order[start]] { end += 1 }
            for row in order[start..<end] {
                let values = values(of: states[table.users[row]], at: table.times[row], rate: rate)
                for column in names.indices { rows[column][row] = values[column] }
            }
            for row in order[start..<end] {
                var state = states[table.users[row]] ?? State()
                state.exposures += 1
                if table.bought[row] {
                    state.purchases += 1
                    state.logPrices += Double(prices[row])
                }
                state.last = table.times[row]
                states[table.users[row]] = state
            }
            start = end
        }
        let latest = states.sorted { ($1.value.last.milliseconds, $0.key) < ($0.value.last.milliseconds, $1.key) }
        let users = latest.prefix(mostUsers).map { User(name: $0.key, state: $0.value) }.sorted { $0.name < $1.name }
        return (UserHistory(rate: rate, users: users), columns(rows))
    }

    /// Without shoppers who come back there is no past.
    func isWorthTrying(rows: Int) -> Bool { rows >= 2 * users.count }

    /// The columns of questions.
    package func columns(of table: ExposureTable) -> [ExposureTable.NamedColumn] {
        let states = Dictionary(users.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
        var rows = [[Float]](repeating: [], count: Self.names.count)
        for row in 0..<table.count {
            let values = Self.values(of: states[table.users[row]], at: table.times[row], rate: rate)
            for column in Self.names.indices { rows[column].append(values[column]) }
        }
        return Self.columns(rows)
    }

    private static func columns(_ rows: [[Float]]) -> [ExposureTable.NamedColumn] {
        zip(names, rows).map { ExposureTable.NamedColumn(name: $0, values: .numbers($1)) }
    }

    private static func values(of state: State?, at time: Timestamp, rate: Double) -> [Float] {
        guard let state, state.last.milliseconds < time.milliseconds else { return [0, Float(rate), .nan, .nan] }
        let purchases = Double(state.purchases)
        return [
            Float(state.exposures),
            Float((purchases + strength * rate) / (Double(state.exposures) + strength)),
            purchases > 0 ? Float(state.logPrices / purchases) : .nan,
            Float(Double(time.milliseconds - state.last.milliseconds) / 3_600_000),
        ]
    }
}
