// Which group each shopper belongs to: a file `user,group`. It is used to judge prices and never to make them; no column
// of it reaches a model.

import Domain

public struct ShopperGroups: Sendable {
    /// Ascending.
    public let names: [String]
    private let places: [String: Int]

    public init(_ groups: [String: String]) {
        let names = Set(groups.values).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        self.names = names
        places = groups.compactMapValues { numbers[$0] }
    }

    /// Reads `user,group`, one line a shopper.
    public init(path: String) throws(LearningError) {
        let reader = try CSVReader(path: path)
        let user = try reader.column("user")
        let group = try reader.column("group")
        var groups: [String: String] = [:]
        while try reader.next() {
            let name = try reader.identifier(user)
            let label = try reader.identifier(group)
            if let other = groups.updateValue(label, forKey: name), other != label {
                throw reader.error(group, remedy: "\(name) was in “\(other)” before; name one group a shopper.")
            }
        }
        guard Set(groups.values).count > 1 else {
            throw LearningError(
                place: "\(reader.name):group", value: Set(groups.values).sorted().joined(),
                remedy: "Name two groups at least: there is nothing to compare.")
        }
        self.init(groups)
    }

    /// nil for a shopper whose group is not known.
    public func group(of user: String) -> Int? { places[user] }
}
