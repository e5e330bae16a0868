// What grows along a column, or along two of them at once, everywhere. A tree says it in steps, one leaf after the
// other, and where the signal is a hundredth of the noise, as in slopes, it has not the data to say it well. A quadratic
// form settles each line and each product by all the rows; the forests say what is left.
// Source: second-order response surfaces (Box and Wilson, 1951).

/// Quadratic forms of a row: parts of its intercept and of the logarithm of its slope.
public struct ResponseSurface: Equatable, Sendable {
    /// A column of the row, standardised: (value − centre) · scale, within ±`farthest`.
    public struct Input: Equatable, Sendable {
        public let place: Int
        public let centre: Float
        public let scale: Float

        public init(place: Int, centre: Float, scale: Float) {
            self.place = place
            self.centre = centre
            self.scale = scale
        }
    }

    public static let farthest: Float = 4
    private static let mostWeight: Float = 1e6

    public let inputs: [Input]
    /// So many inputs, from the first, also have squares and products of each two.
    public let curved: Int
    /// First of the inputs, then of the products: 0·0, 0·1 … 1·1, 1·2 …; (terms,).
    public let intercepts: [Float]
    /// The same of the logarithm of the slope; (terms,).
    public let logSlopes: [Float]

    /// How many weights there are for inputs.
    public static func terms(inputs: Int, curved: Int) -> Int { inputs + curved * (curved + 1) / 2 }

    /// - Precondition: `curved` is at most the number of inputs, and there are weights for all terms.
    public init(inputs: [Input], curved: Int, intercepts: [Float], logSlopes: [Float]) throws(ModelError) {
        let terms = Self.terms(inputs: inputs.count, curved: curved)
        precondition(
            (0...inputs.count).contains(curved) && intercepts.count == terms && logSlopes.count == terms,
            "a weight for each term")
        for (name, values) in [
            ("centre", inputs.map(\.centre)), ("scale", inputs.map(\.scale)), ("intercepts", intercepts),
            ("logSlopes", logSlopes),
        ] {
            guard let place = values.firstIndex(where: { !$0.isFinite }) else { continue }
            throw ModelError.notFinite("response.surface.\(name)[\(place)]", values[place])
        }
        // So that no row, however far out, says more than a float holds.
        for (name, values, range) in [
            ("scale", inputs.map(\.scale), Float.leastNormalMagnitude...Float.greatestFiniteMagnitude),
            ("intercepts", intercepts, -Self.mostWeight...Self.mostWeight),
            ("logSlopes", logSlopes, -Self.mostWeight...Self.mostWeight),
        ] {
            guard let place = values.firstIndex(where: { !range.contains($0) }) else { continue }
            throw ModelError(
                .malformed, place: "response.surface.\(name)[\(place)]", value: "\(values[place])",
                remedy: "Scales are positive and weights small: train again.")
        }
        self.inputs = inputs
        self.curved = curved
        self.intercepts = intercepts
        self.logSlopes = logSlopes
    }

    /// What the forms say of one row; allocates nothing. O(terms).
    /// - Parameter start: where the row begins.
    public func score(_ rows: Span<Float>, from start: Int) -> (intercept: Float, logSlope: Float) {
        var intercept: Float = 0
        var logSlope: Float = 0
        var product = inputs.count
        for (index, input) in inputs.enumerated() {
            let value = Self.standardised(rows[start + input.place], input)
            intercept += intercepts[index] * value
            logSlope += logSlopes[index] * value
            guard index < curved else { continue }
            for other in index..<curved {
                let both = value * Self.standardised(rows[start + inputs[other].place], inputs[other])
                intercept += intercepts[product] * both
                logSlope += logSlopes[product] * both
                product += 1
            }
        }
        return (intercept, logSlope)
    }

    @inline(__always)
    private static func standardised(_ value: Float, _ input: Input) -> Float {
        let deviations = (value - input.centre) * input.scale
        // What is no number is as good as the mean.
        return deviations.isNaN ? 0 : min(max(deviations, -farthest), farthest)
    }
}
