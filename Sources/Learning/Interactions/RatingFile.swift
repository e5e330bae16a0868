import Domain
import Profiles

/// Ratings read from a file.
public struct RatingFile: Sendable {
    public let users: Int
    public let items: Int
    /// Each user and item once.
    public let ratings: [(row: Int, column: Int, value: Double)]

    /// - Throws: also when a user rates an item twice, or there are fewer ratings than `least`.
    public init(path: String, least: Int) throws(LearningError) {
        let file = try InteractionFile(path: path, .rating)
        var (users, items): ([String: Int], [String: Int]) = ([:], [:])
        var seen: Set<[Int]> = []
        var ratings: [(row: Int, column: Int, value: Double)] = []
        while let line = try file.next() {
            let (nextUser, nextItem) = (users.count, items.count)
            let user = users[line.user, default: nextUser]
            let item = items[line.item, default: nextItem]
            (users[line.user], items[line.item]) = (user, item)
            guard seen.insert([user, item]).inserted else {
                throw file.error(remedy: "Give one rating of “\(line.item)” by “\(line.user)”: there are two.")
            }
            ratings.append((user, item, line.value))
        }
        guard ratings.count >= least else {
            throw LearningError(
                place: file.name, value: "\(ratings.count) ratings",
                remedy: "Give at least \(least), ten for each fold.")
        }
        (self.users, self.items, self.ratings) = (users.count, items.count, ratings)
    }
}
