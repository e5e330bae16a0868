// All that is settled before the first tree, wherever the trees are then grown: the constants, the bends of the price
// shape, and the surface that the forests add to.

import Models

struct BoostingStart {
    /// Mean of ln(price / reference).
    let centre: Float
    /// Without trees.
    let state: BoostingState
    let surface: ResponseSurface?
    /// What the forests add to in the rows that are held out, one each; empty without any.
    let heldOut: (intercepts: [Float], logSlopes: [Float])

    init(_ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix?) throws(LearningError) {
        try matrix.refuseOneClass()
        centre = matrix.centre
        var state = BoostingState(
            matrix,
            start: StartingPoint(matrix, saturated: settings.saturation != nil, slope: settings.startingSlope),
            shape: ShapeFit(matrix.logRelativePrices, knots: settings.knots, centre: centre))
        var surface: ResponseSurface?
        if settings.hasSurface, var fit = SurfaceFit(matrix) { surface = try fit.settle(&state, matrix) }
        self.state = state
        self.surface = surface
        let none = [Float](repeating: 0, count: heldOut?.count ?? 0)
        self.heldOut = heldOut.flatMap { surface?.scores($0) } ?? (none, none)
    }
}
