// Steps as long as a gradient is certain. Source: Adam (Kingma and Ba, 2015), with a shorter memory of squares, because
// a fit is some thousand steps.

import Models

struct Adam {
    typealias Lane = ResponseNetwork.Lane

    private static let (momentum, memory): (Float, Float) = (0.9, 0.99)
    private static let least: Float = 1e-8

    private var means: [Lane]
    private var squares: [Lane]
    /// What is left of the zeros that both began with.
    private var (meanRest, squareRest): (Float, Float) = (1, 1)

    init(count: Int) {
        means = [Lane](repeating: .zero, count: count)
        squares = means
    }

    /// - Parameter pull: towards 0, of each unit of weight.
    mutating func step(_ weights: inout [Lane], _ gradients: [Lane], rate: Float, pull: Float) {
        meanRest *= Self.momentum
        squareRest *= Self.memory
        let length = rate / (1 - meanRest)
        let squareShare = 1 / (1 - squareRest)
        for place in weights.indices {
            let gradient = gradients[place] + pull * weights[place]
            means[place] += (1 - Self.momentum) * (gradient - means[place])
            squares[place] += (1 - Self.memory) * (gradient * gradient - squares[place])
            weights[place] -= length * means[place] / ((squares[place] * squareShare).squareRoot() + Self.least)
        }
    }
}
