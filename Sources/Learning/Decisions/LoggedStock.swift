// What units are worth by the log: which values a cluster goes by.

import Domain

public struct LoggedStock {
    private let tenant: String
    private var values: [String: StockValue] = [:]

    public init(tenant: String) { self.tenant = tenant }

    public mutating func add(_ record: Record) {
        guard case .stockValues(tenant, _, let latest) = record else { return }
        for value in latest { values[value.product] = value }
    }

    /// Ascending by product.
    public func inForce(at time: Timestamp) -> [StockValue] {
        values.values.filter { time < $0.until }.sorted { $0.product < $1.product }
    }
}
