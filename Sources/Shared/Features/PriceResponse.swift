// Whether a shopper buys a product when it is cheap. One Newton step of a regression of the weeks with a purchase on the
// log price, from the shopper's own share, towards nothing (Le Cessie and Van Houwelingen, 1992): one look at the weeks
// instead of a fit for every shopper and product. The forests learn how far to believe it.

/// The response of one shopper to the past public prices of one product.
enum PriceResponse {
    /// How much the prior counts beside the trips; in units of share · squared log price.
    private static let prior: Float = 0.3

    /// Positive when the purchases lie in the cheaper weeks; 0 without a trip or without a change of price.
    /// - Parameters:
    ///   - deviations: of the log price from its mean, the latest week first.
    ///   - bought, trips: bit i is the week of element i.
    ///   - share: of trips in which the product is expected to be bought.
    static func slope(_ deviations: [Float], bought: UInt64, trips: UInt64, share: Float) -> Float {
        var boughtSum: Float = 0
        var tripSum: Float = 0
        var squares: Float = 0
        var rest = trips
        while rest != 0 {
            let week = rest.trailingZeroBitCount
            rest &= rest - 1
            guard week < deviations.count else { break }
            let deviation = deviations[week]
            tripSum += deviation
            squares += deviation * deviation
            if bought >> UInt64(week) & 1 == 1 { boughtSum += deviation }
        }
        return (share * tripSum - boughtSum) / (share * squares + prior)
    }
}
