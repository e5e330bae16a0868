// The order of one client's writes. Two writes of one shopper that left by the same connection to the same router, in
// this order and once each, and were both acknowledged, stand in the log in this order.

import Domain

package struct WriteOrder {
    package struct Place {
        var user: UserKey
        var serial: UInt64
        var router: Int
        var connection: UInt64
    }

    private struct Acknowledged {
        var place: Place
        var index: UInt64
    }

    private var serials: [UserKey: UInt64] = [:]
    private var acknowledged: [UserKey: [Acknowledged]] = [:]
    /// Writes of one shopper that are compared with later ones.
    private static let kept = 16

    package init() {}

    package mutating func sent(_ user: UserKey, by router: Int, _ connection: UInt64) -> Place {
        serials[user, default: 0] += 1
        return Place(user: user, serial: serials[user]!, router: router, connection: connection)
    }

    /// - Parameter index: of the first record with the write's first event.
    /// - Returns: what is wrong; nil when nothing is.
    package mutating func acknowledged(_ place: Place, at index: UInt64) -> String? {
        var others = acknowledged[place.user] ?? []
        for other in others where other.place.router == place.router && other.place.connection == place.connection {
            guard (other.place.serial < place.serial) != (other.index < index), other.index != index else { continue }
            return "\(place.user)'s write \(place.serial) is at index \(index), and write \(other.place.serial) at "
                + "index \(other.index)"
        }
        others.append(Acknowledged(place: place, index: index))
        if others.count > Self.kept { others.removeFirst() }
        acknowledged[place.user] = others
        return nil
    }
}
