// Which models the log wants: the one that serves, those that served before it, and one on trial. Going back is
// activating an earlier one, which then is the newest again: whoever goes back twice gets further back, and repeating an
// order changes nothing.

import Domain

struct ModelLine: Equatable, Sendable {
    /// The newest, which serves, first.
    private(set) var served: [ModelActivation] = []
    private(set) var trial: ModelTrial?

    /// How many can be gone back to, the one that serves included.
    static let capacity = 16

    init() {}

    var serving: ModelActivation? { served.first }

    /// What going back would serve.
    var previous: ModelActivation? { served.dropFirst().first }

    mutating func serve(_ activation: ModelActivation) {
        if let place = served.firstIndex(where: { $0.checksum == activation.checksum }) {
            served.removeFirst(place + 1)
        }
        served.insert(activation, at: 0)
        if served.count > Self.capacity { served.removeLast() }
        if trial?.activation.checksum == activation.checksum { trial = nil }
    }

    /// A model that serves everybody is not on trial.
    mutating func tryOut(_ trial: ModelTrial?) {
        self.trial = trial?.activation.checksum == serving?.checksum ? nil : trial
    }
}

extension ModelLine {
    /// - Parameter served: the newest first.
    init(served: [ModelActivation]) { self.served = served }
}
