import Domain
import Testing

@Suite struct CatalogueRowTests {
    private func row(deal: Deal?) throws -> CatalogueRow {
        CatalogueRow(
            product: "milk", name: "Milk", category: "dairy", currency: try #require(Currency(code: "USD")),
            listPrice: Money(minorUnits: 200), unitCost: Money(minorUnits: 100), minimumPrice: nil, deal: deal,
            displayShare: 0, mailerShare: 0, effectiveAt: Timestamp(milliseconds: 0))
    }

    @Test func thePublicPriceIsTheDealUntilItEnds() throws {
        let end = Timestamp(milliseconds: 1_000)
        let row = try row(deal: Deal(price: Money(minorUnits: 150), endsAt: end))
        #expect(row.publicPrice(at: end.adding(milliseconds: -1)) == Money(minorUnits: 150))
        #expect(row.publicPrice(at: end) == Money(minorUnits: 200))
        #expect(try self.row(deal: nil).publicPrice(at: end) == Money(minorUnits: 200))
    }

    @Test func aDealAboveTheListPriceIsNoDeal() throws {
        let row = try row(deal: Deal(price: Money(minorUnits: 250), endsAt: Timestamp(milliseconds: 1_000)))
        #expect(row.publicPrice(at: Timestamp(milliseconds: 0)) == Money(minorUnits: 200))
    }
}
