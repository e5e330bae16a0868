import Domain
import Testing

@Suite struct MoneyTests {
    struct Rounded: Sendable {
        let amount: Double
        let down: Int64
        let up: Int64
        let nearest: Int64
    }

    @Test(arguments: [
        Rounded(amount: 2, down: 2, up: 2, nearest: 2),
        Rounded(amount: 2.2, down: 2, up: 3, nearest: 2),
        Rounded(amount: 2.8, down: 2, up: 3, nearest: 3),
        Rounded(amount: -2.2, down: -3, up: -2, nearest: -2),
        Rounded(amount: -0.0, down: 0, up: 0, nearest: 0),
        Rounded(amount: 0.499_999, down: 0, up: 1, nearest: 0),
        // Ties go to the even neighbour, so that many of them add no drift.
        Rounded(amount: 0.5, down: 0, up: 1, nearest: 0),
        Rounded(amount: 1.5, down: 1, up: 2, nearest: 2),
        Rounded(amount: 2.5, down: 2, up: 3, nearest: 2),
        Rounded(amount: -1.5, down: -2, up: -1, nearest: -2),
        Rounded(amount: -2.5, down: -3, up: -2, nearest: -2),
    ])
    func eachNamedRuleRoundsItsOwnWay(_ row: Rounded) {
        #expect(Money(row.amount, rounded: .down) == Money(minorUnits: row.down))
        #expect(Money(row.amount, rounded: .up) == Money(minorUnits: row.up))
        #expect(Money(row.amount, rounded: .nearest) == Money(minorUnits: row.nearest))
    }

    @Test(arguments: [
        Double.nan, .signalingNaN, .infinity, -.infinity, 0x1p63, -0x1.0000000000001p63, .greatestFiniteMagnitude,
    ])
    func whatFitsNoAmountIsNil(_ amount: Double) {
        for rule in [MoneyRounding.down, .up, .nearest] { #expect(Money(amount, rounded: rule) == nil) }
    }

    @Test func theLastAmountsThatFitAreTaken() {
        #expect(Money(-0x1p63, rounded: .nearest) == Money(minorUnits: .min))
        #expect(Money(0x1p63 - 1_024, rounded: .nearest) == Money(minorUnits: .max - 1_023))
    }

    @Test func aPriceTimesAQuantityIsExactOrNil() {
        #expect(Money(minorUnits: 199).times(3) == Money(minorUnits: 597))
        #expect(Money(minorUnits: .max).times(1) == Money(minorUnits: .max))
        #expect(Money(minorUnits: .max).times(2) == nil)
        #expect(Money(minorUnits: .min).times(-1) == nil)
    }

    @Test func theLargestCartFitsInSixtyFourBits() throws {
        let line = try #require(Limits.price.times(Limits.quantity))
        #expect(line.times(Int64(Limits.cartLines)) != nil)
    }

    struct Written: Sendable {
        let amount: Int64
        let currency: String
        let text: String
    }

    @Test(arguments: [
        Written(amount: 1_234, currency: "USD", text: "12.34"),
        Written(amount: 5, currency: "USD", text: "0.05"),
        Written(amount: 0, currency: "EUR", text: "0.00"),
        Written(amount: -5, currency: "EUR", text: "-0.05"),
        Written(amount: -1_234, currency: "EUR", text: "-12.34"),
        Written(amount: 1_234, currency: "JPY", text: "1234"),
        Written(amount: -7, currency: "JPY", text: "-7"),
        Written(amount: 0, currency: "JPY", text: "0"),
        Written(amount: 1_234, currency: "KWD", text: "1.234"),
        Written(amount: 12, currency: "KWD", text: "0.012"),
        Written(amount: .max, currency: "USD", text: "92233720368547758.07"),
        Written(amount: .min, currency: "USD", text: "-92233720368547758.08"),
    ])
    func anAmountIsWrittenWithTheDigitsOfItsCurrency(_ row: Written) throws {
        let currency = try #require(Currency(code: row.currency))
        #expect(Money(minorUnits: row.amount).formatted(in: currency) == row.text)
    }

    @Test(arguments: ["", "usd", "US", "XXX", "USD "])
    func aCodeThatIsNotSupportedIsNoCurrency(_ code: String) {
        #expect(Currency(code: code) == nil)
    }

    @Test func everySupportedCodeIsACurrency() {
        #expect(Currency.supportedCodes == Currency.supportedCodes.sorted())
        for code in Currency.supportedCodes { #expect(Currency(code: code)?.code == code) }
    }
}
