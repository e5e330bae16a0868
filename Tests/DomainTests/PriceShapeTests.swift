import Domain
import Testing

@Suite struct PriceShapeTests {
    private let bent = PriceShape(knots: [-0.1, 0.05], gradients: [0.5, 1, 2])!

    @Test func straightIsThePriceItself() {
        for price in [-1.5, -0.2, 0, 0.3] { #expect(PriceShape.straight(price) == price) }
    }

    @Test func eachPieceRisesByItsOwnGradient() {
        #expect(bent(0) == 0)
        #expect(abs(bent(0.15) - (0.05 + 0.1 * 2)) < 1e-12)
        #expect(abs(bent(-0.3) - (-0.1 - 0.2 * 0.5)) < 1e-12)
        #expect(bent.piece(at: -0.2) == 0)
        #expect(bent.piece(at: -0.1) == 1)
        #expect(bent.piece(at: 0.2) == 2)
    }

    @Test func itIsContinuousAndRises() {
        let values = (-400...400).map { bent(Double($0) / 1_000) }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 <= 0.002 + 1e-12 })
    }

    @Test(arguments: [
        ([0.0], [1.0]), ([0, 0], [1, 1, 1]), ([0.1, 0], [1, 1, 1]), ([0], [1, 0]), ([0], [1, -1]), ([.nan], [1, 1]),
        ([0], [1, .infinity]), ([], []),
    ])
    func whatIsNoRisingFunctionIsNone(knots: [Double], gradients: [Double]) {
        #expect(PriceShape(knots: knots, gradients: gradients) == nil)
    }
}
