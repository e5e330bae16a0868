import Domain
import Learning
import Testing

@Suite struct ShopFilesTests {
    private let yen = Currency(code: "JPY")!
    private let dollars = Currency(code: "USD")!
    private let epoch = Timestamp(milliseconds: 0)

    private func catalogue(_ text: String) throws -> [CatalogueRow] {
        let folder = try Folder()
        return try ShopFiles.catalogue(folder.write(text, to: "shop.csv"), currency: dollars, effectiveAt: epoch)
    }

    private func problem(_ text: String) throws -> LearningError {
        try #require(throws: LearningError.self) { try catalogue(text) }
    }

    @Test func aCatalogueOfThreeColumnsIsEnough() throws {
        let rows = try catalogue("product,list_price,unit_cost\nmilk,1.99,0.80\neggs,3,0\n")
        #expect(rows.map(\.product) == ["milk", "eggs"])
        #expect(rows.map(\.listPrice.minorUnits) == [199, 300])
        #expect(rows.map(\.unitCost.minorUnits) == [80, 0])
        #expect(rows.allSatisfy { $0.minimumPrice == nil && $0.deal == nil && $0.effectiveAt == epoch })
    }

    @Test func everyOptionalColumnIsRead() throws {
        let rows = try catalogue(
            """
            effective_at,product,name,category,list_price,unit_cost,minimum_price,deal_price,deal_ends_at,display_share
            2026-02-01T00:00:00,b,,,2.00,1,,,,
            2026-01-01T00:00:00,a,Apple,Fruit,1.00,0.5,0.90,0.95,2026-01-08T00:00:00,0.25
            """)
        #expect(rows.map(\.product) == ["a", "b"], "in the order they take effect")
        #expect(rows[0].name == "Apple")
        #expect(rows[0].minimumPrice == Money(minorUnits: 90))
        #expect(rows[0].deal?.price == Money(minorUnits: 95))
        #expect(rows[0].displayShare == 0.25)
        #expect(rows[1].deal == nil)
    }

    @Test func aBlankOrNegativePriceNamesItsLineAndColumn() throws {
        #expect(try problem("product,list_price,unit_cost\nmilk,,0.80\n").place == "shop.csv:2:list_price")
        #expect(try problem("product,list_price,unit_cost\na,1,1\nmilk,-1,0.80\n").place == "shop.csv:3:list_price")
        #expect(try problem("product,list_price,unit_cost\nmilk,0,0.80\n").place == "shop.csv:2:list_price")
        #expect(try problem("product,list_price,unit_cost\nmilk,1,\n").place == "shop.csv:2:unit_cost")
        #expect(try problem("product,list_price,unit_cost,deal_price\nmilk,1,1,0.9\n").place == "shop.csv:2")
        #expect(try problem("product,unit_cost\nmilk,1\n").remedy.contains("list_price"))
    }

    @Test func linesOfOneBasketNeedNotStandTogether() throws {
        let folder = try Folder()
        let path = try folder.write(
            """
            basket,user,time,product,quantity,paid
            2,ann,2026-01-02T00:00:00,milk,1,200
            1,bob,2026-01-01T00:00:00,milk,2,400
            2,ann,2026-01-02T00:00:00,eggs,3,900
            """, to: "baskets.csv")
        let events = try ShopFiles.baskets(path, currency: yen)
        #expect(events.map(\.user) == ["bob", "ann"])
        #expect(events[1].event.basket.items.map(\.product) == ["milk", "eggs"])
        #expect(events[1].event.basket.spend == Money(minorUnits: 1_100))
        #expect(events[1].event.basket.lines == 2)
    }

    @Test func aBasketBelongsToOneShopper() throws {
        let folder = try Folder()
        let path = try folder.write(
            "basket,user,time,product,quantity,paid\n1,a,2026-01-01T00:00:00,m,1,1\n1,b,2026-01-01T00:00:00,m,1,1\n",
            to: "baskets.csv")
        let error = try #require(throws: LearningError.self) { try ShopFiles.baskets(path, currency: yen) }
        #expect(error.place == "baskets.csv:3:user")
    }
}
