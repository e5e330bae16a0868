// Users whose every answer to an offer is known: a chance to convert without one, what each offer adds or takes away,
// and what it costs. Learning sees a file of what happened; the truth stays here to judge by.

import Domain
import Foundation
import Glibc
import Promotions

/// Who is moved by an offer.
enum UpliftShape: String, CaseIterable {
    /// Everybody equally: nothing to learn.
    case flat
    /// More of one feature, more uplift.
    case linear
    /// A third can be persuaded, the others do as they please.
    case persuadables
    /// Some are reminded that they wanted to leave.
    case sleepingDogs
    /// Each offer has an audience of its own.
    case tastes
}

struct OfferWorld {
    let shape: UpliftShape
    let seed: UInt64
    /// What an offer costs when it is redeemed.
    let costs = [2.0, 4, 6, 9]
    /// What a conversion brings.
    static let margin = 24.0

    struct User {
        var x: [Double]
        var segment: Int
        var channel: Int
    }

    func user(_ number: UInt64) -> User {
        var draws = Draws(seed: seed, "user", number)
        return User(
            x: (0..<5).map { _ in 2 * draws.fraction() - 1 }, segment: draws.below(4), channel: draws.below(3))
    }

    /// Chance to convert when nothing is offered.
    func organic(_ user: User) -> Double { 0.1 + 0.25 / (1 + exp(-2 * user.x[0] - 1.5 * user.x[3])) }

    /// What an offer adds to that chance.
    func lift(_ user: User, _ offer: Int) -> Double {
        let strength = 0.09 + 0.07 * Double(offer)
        switch shape {
        case .flat: return strength
        case .linear: return strength * (0.8 + 0.8 * user.x[1])
        case .persuadables: return user.x[1] > 0.2 && user.segment != 2 ? 1.8 * strength : 0.02
        case .sleepingDogs: return user.segment == 3 || user.x[2] < -0.6 ? -0.09 : strength * (0.9 + 0.5 * user.x[1])
        case .tastes:
            return [user.x[1] > 0.2, user.segment < 2, user.x[2] > 0, user.channel == 1][offer] ? 1.4 * strength : 0.02
        }
    }

    func cost(_ user: User, _ offer: Int) -> Double { (organic(user) + lift(user, offer)) * costs[offer] }

    /// What the offer brings after its cost.
    func gain(_ user: User, _ offer: Int) -> Double { Self.margin * lift(user, offer) - cost(user, offer) }

    /// A CSV of offers that were drawn: none or one of four, none more often, and in one channel more often still.
    func csv(rows: Int) -> String {
        var text = "user,time,offer,propensity,cost,profit,converted,x0,x1,x2,x3,x4,segment,channel\n"
        for row in 0..<UInt64(rows) {
            let user = user(row)
            var draws = Draws(seed: seed, "answer", row)
            let none = user.channel == 0 ? 0.5 : 0.3
            let offer = draws.fraction() < none ? nil : draws.below(costs.count)
            let chance = organic(user) + (offer.map { lift(user, $0) } ?? 0)
            let converts = draws.fraction() < chance
            let profit = converts ? Self.margin + 6 * draws.normal() : 0
            let cost = converts ? offer.map { costs[$0] } ?? 0 : 0
            let propensity = offer == nil ? none : (1 - none) / Double(costs.count)
            text += "u\(row),\(1_700_000_000 + row),\(offer.map { "offer\($0)" } ?? "none"),\(propensity),\(cost),"
            text += "\(profit),\(converts ? 1 : 0),\(features(user))\n"
        }
        return text
    }

    static let firstQuestion: UInt64 = 1 << 32

    func questions(rows: Int) -> (csv: String, users: [User]) {
        let users = (0..<UInt64(rows)).map { user(Self.firstQuestion + $0) }
        let lines = users.enumerated().map { "q\($0.offset),\(features($0.element))\n" }
        return ("user,x0,x1,x2,x3,x4,segment,channel\n" + lines.joined(), users)
    }

    private func features(_ user: User) -> String {
        user.x.map { "\(Float($0))" }.joined(separator: ",") + ",s\(user.segment),c\(user.channel)"
    }

    // MARK: - Truth

    /// What choices really bring and cost.
    func outcome(_ users: [User], _ choices: [Int?]) -> (gain: Double, cost: Double) {
        zip(users, choices).reduce((0, 0)) { sum, pair in
            pair.1.map { (sum.0 + gain(pair.0, $0), sum.1 + cost(pair.0, $0)) } ?? sum
        }
    }

    /// The most that the budget can bring, by whoever knows everything.
    func oracle(_ users: [User], budget: Double) throws -> Double {
        func grains(_ amount: Double) -> Money { Money(minorUnits: Int64(amount * 1e6)) }
        let options = users.map { user in
            costs.indices.map { OfferOption(value: grains(gain(user, $0)), cost: grains(cost(user, $0))) }
        }
        return try BudgetAllocator(options).allocate(grains(budget)).value.real / 1e6
    }

    /// The best single offer for as many as the budget covers.
    func uniform(_ users: [User], budget: Double) -> Double {
        costs.indices.map { offer in
            let all = outcome(users, users.map { _ in offer })
            return all.gain * min(1, budget / all.cost)
        }.reduce(0, max)
    }
}
