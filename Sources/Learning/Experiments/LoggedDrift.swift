// The newest exposures of a cluster's log against earlier ones. Only what is settled counts: a price that was bought is
// known to be at once, one that was not only when its time is over, and a window that took both as they come would see
// more purchases the fresher it is.

import Domain

/// Two windows of a log, compared.
public struct LoggedDrift: Sendable {
    /// Which exposures to compare.
    public struct Windows: Sendable {
        /// Length of the newest window, up to the last settled exposure.
        public var newestMilliseconds: Int64
        /// Length of the reference, up to the newest window.
        public var referenceMilliseconds: Int64
        /// Instead: these, whatever comes later.
        public var fixedReference: Range<Timestamp>?

        public init(newestMilliseconds: Int64, referenceMilliseconds: Int64) {
            self.newestMilliseconds = newestMilliseconds
            self.referenceMilliseconds = referenceMilliseconds
        }
    }

    /// The exposures of a window.
    public struct Rows: Equatable, Sendable {
        public var count: Int
        public var users: Int
        /// Of the first and the last; nil without any.
        public var first: Timestamp?
        public var last: Timestamp?

        init(_ exposures: [LoggedExposure]) {
            count = exposures.count
            users = Set(exposures.map(\.user)).count
            first = exposures.first?.time
            last = exposures.last?.time
        }

        var suffice: Bool { count >= DriftFiles.fewestRows && users >= DriftFiles.fewestUsers }
    }

    public let reference: Rows
    public let newest: Rows
    /// nil while one of them has too few rows to tell anything.
    public let monitors: DriftFiles?

    /// Rows and users that each window must have.
    public static let fewest = (rows: DriftFiles.fewestRows, users: DriftFiles.fewestUsers)

    /// - Complexity: exposures × log exposures.
    public init(_ collected: LoggedExposures, _ windows: Windows) throws(LearningError) {
        let settled = collected.joined().exposures.filter { $0.settledAt <= collected.latest }
        let end = settled.last?.time ?? collected.latest
        var start = end.adding(milliseconds: -windows.newestMilliseconds)
        if let fixed = windows.fixedReference { start = max(start, fixed.upperBound) }
        let before = windows.fixedReference ?? start.adding(milliseconds: -windows.referenceMilliseconds)..<start
        let rows = (
            reference: settled.filter { before.contains($0.time) }, newest: settled.filter { $0.time >= start }
        )
        (reference, newest) = (Rows(rows.reference), Rows(rows.newest))
        monitors =
            reference.suffice && newest.suffice
            ? try DriftFiles(Self.table(rows.reference, "the reference"), Self.table(rows.newest, "the newest window"))
            : nil
    }

    private static func table(_ exposures: [LoggedExposure], _ name: String) -> ExposureTable {
        var table = ExposureTable(file: name)
        func amount(_ money: Money, _ currency: Currency) -> Double { Double(money.formatted(in: currency)) ?? .nan }
        for exposure in exposures {
            table.users.append(exposure.user)
            table.items.append(exposure.item)
            table.times.append(exposure.time)
            table.referencePrices.append(amount(exposure.listPrice, exposure.currency))
            table.prices.append(amount(exposure.price, exposure.currency))
            table.unitCosts.append(amount(exposure.unitCost, exposure.currency))
            table.bought.append(exposure.quantity > 0)
            table.lines.append(table.lines.count + 1)
        }
        table.features = [
            ExposureTable.NamedColumn(name: "arm", values: .levels(exposures.map { "\($0.arm)" })),
            ExposureTable.NamedColumn(
                name: "probability", values: .numbers(exposures.map { $0.probability.map { Float($0) } ?? .nan })),
        ]
        return table
    }
}
