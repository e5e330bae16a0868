import Domain
import Learning
import Testing

@Suite struct CompleteJourneyTests {
    /// New York in the winter of 2016 and 2017.
    private let calendar = ShopCalendar(offsets: [
        .init(start: Timestamp(milliseconds: 0), offsetMilliseconds: -5 * 3_600_000)
    ])

    private let files = [
        "products.csv": """
        product_id,manufacturer_id,department,brand,product_category,product_type,package_size
        7,2,PRODUCE,National,TROPICAL FRUIT,BANANAS,40 LB
        8,69,GROCERY,Private,"MILK, FRESH",WHITE ONLY,
        """,
        "weekly_prices.csv": """
        product_id,week,price,regular_price,display_share,mailer_share
        7,2,0.5,0.5,0.0,0.0
        7,1,0.954,1.0,0.25,0.5
        8,1,2.0,2.0,0.0,0.0
        """,
        "purchases.csv.gz": """
        household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,week,transaction_timestamp
        1,9,100,7,2,1.91,0.09,1,2017-01-02T04:59:59
        1,9,100,8,0,0.0,0.0,1,2017-01-02T04:59:59
        """,
        "baskets.csv.gz": """
        household_id,basket_id,store_id,week,timestamp,spend,lines,deal_lines
        2,101,9,2,2017-01-02T05:00:00,3.5,2,1
        1,100,9,1,2017-01-02T04:59:59,12.34,5,0
        """,
    ]

    private func load(replacing name: String = "", _ old: String = "", with new: String = "") throws -> CompleteJourney
    {
        let folder = try Folder()
        for (file, text) in files {
            let changed = file == name ? text.split(separator: old, omittingEmptySubsequences: false) : [text[...]]
            _ = try folder.write(changed.joined(separator: new), to: file)
        }
        return try CompleteJourney(folder: folder.path, calendar: calendar)
    }

    @Test func basketsBecomeEventsInTheOrderOfTime() throws {
        let data = try load()
        #expect(data.events.map(\.user) == ["1", "2"])
        let event = data.events[0].event
        #expect(event.id == EventID(digesting: "100".utf8))
        #expect(calendar.week(of: event.occurredAt) == 1 + CompleteJourney.weekOffset)
        #expect(event.basket.spend == Money(minorUnits: 1_234))
        #expect(event.basket.lines == 5)
        // The row with quantity 0 is no purchase.
        #expect(event.basket.items == [BasketItem(product: "7", quantity: 2, paid: Money(minorUnits: 191))])
        #expect(data.events[1].event.basket.items.isEmpty)
    }

    @Test func weeklyPricesBecomeCatalogueRowsThatHoldForTheirLocalWeek() throws {
        let rows = try load().catalogue(calendar: calendar)
        #expect(rows.map(\.product) == ["7", "8", "7"])
        let bananas = rows[0]
        // 2016-12-26T00:00 in New York.
        #expect(bananas.effectiveAt.milliseconds == 1_482_728_400_000)
        #expect(bananas.listPrice == Money(minorUnits: 100))
        #expect(bananas.unitCost == Money(minorUnits: 72))
        let week = ShopCalendar.millisecondsPerWeek
        #expect(
            bananas.deal
                == Deal(price: Money(minorUnits: 95), endsAt: bananas.effectiveAt.adding(milliseconds: week)))
        #expect(rows[1].deal == nil)
        #expect(rows[1].name == "WHITE ONLY")
        #expect(rows[1].category == "MILK, FRESH")
        #expect(rows[2].effectiveAt == bananas.effectiveAt.adding(milliseconds: week))
    }

    @Test func badInputIsRefusedWithFileLineColumnAndRemedy() throws {
        for (file, old, new, place) in [
            ("weekly_prices.csv", "2.0,2.0", ",2.0", "weekly_prices.csv:4:price"),
            ("weekly_prices.csv", "0.25", "1.25", "weekly_prices.csv:3:display_share"),
            ("weekly_prices.csv", "8,1", "9,1", "weekly_prices.csv:4:product_id"),
            ("weekly_prices.csv", "regular_price", "price2", "weekly_prices.csv:1"),
            ("purchases.csv.gz", "100,7,2", "100,7,-2", "purchases.csv.gz:2:quantity"),
            ("purchases.csv.gz", "1.91", "1.9.1", "purchases.csv.gz:2:sales_value"),
            ("baskets.csv.gz", "9,1,2017", "9,2,2017", "baskets.csv.gz:3:week"),
            ("baskets.csv.gz", "2,1\n", "2,3\n", "baskets.csv.gz:2:deal_lines"),
            ("baskets.csv.gz", "05:00:00", "5:00", "baskets.csv.gz:2:timestamp"),
        ] {
            let error = #expect(throws: LearningError.self) { try load(replacing: file, old, with: new) }
            #expect(error?.place == place)
            #expect(error?.remedy.isEmpty == false)
        }
    }

    @Test func aMissingFileIsNamedWithItsPath() throws {
        let error = #expect(throws: LearningError.self) {
            try CompleteJourney(folder: "/nowhere", calendar: calendar)
        }
        #expect(error?.place == "/nowhere/products.csv")
    }
}
