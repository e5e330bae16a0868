import Domain

extension ShopperHistory {
    /// Writes the canonical form: equal histories give equal bytes.
    public func encode(to writer: inout ByteWriter) {
        writer.write(latestWeek)
        writer.write(products) { writer, entry in
            writer.write(entry.product.value)
            writer.write(entry.weeks)
        }
        writer.write(trips) { writer, trip in
            writer.write(trip.week)
            writer.write(trip.spend)
            writer.write(trip.baskets)
            writer.write(trip.lines)
            writer.write(trip.dealLines)
        }
    }

    /// Reads what `encode` wrote and refuses every form that `encode` would not have written.
    public init(from reader: inout ByteReader) throws(ByteError) {
        latestWeek = try reader.read()
        products = try reader.readArray(minimumBytes: 16) { reader throws(ByteError) in
            ProductWeeks(product: ProductKey(try reader.read()), weeks: try reader.read())
        }
        trips = try reader.readArray(minimumBytes: 14) { reader throws(ByteError) in
            var trip = TripWeek(week: try reader.read())
            trip.spend = try reader.read()
            trip.baskets = try reader.read()
            trip.lines = try reader.read()
            trip.dealLines = try reader.read()
            return trip
        }
        guard isCanonical else { throw reader.error("ends a shopper history that is not in canonical form") }
    }

    private var isCanonical: Bool {
        guard let last = trips.last else { return products.isEmpty && latestWeek == .min }
        guard last.week == latestWeek, Self.weeks.contains(latestWeek) else { return false }
        let tripsAscend = zip(trips, trips.dropFirst()).allSatisfy { $0.week < $1.week }
        let productsAscend = zip(products, products.dropFirst()).allSatisfy { $0.product < $1.product }
        guard tripsAscend, productsAscend else { return false }
        var tripWeeks: UInt64 = 0
        for trip in trips {
            let age = Int64(latestWeek) - Int64(trip.week)
            guard age < Self.window, trip.baskets > 0 else { return false }
            tripWeeks |= 1 << UInt64(age)
        }
        return products.allSatisfy { $0.weeks != 0 && $0.weeks & ~tripWeeks == 0 }
    }
}
