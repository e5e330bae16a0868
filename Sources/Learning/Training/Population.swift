import Features

/// The shopper nobody knows: for each product, the mean of every feature over the training rows.
enum Population {
    /// - Shape: result (products, FeatureSchema.count); zeros for a product without rows.
    static func rows(of matrix: TrainingMatrix, products: Int) -> [[Float]] {
        let width = FeatureSchema.count
        var sums = [Double](repeating: 0, count: products * width)
        var counts = [Double](repeating: 0, count: products)
        for row in 0..<matrix.count {
            let product = Int(matrix.products[row])
            counts[product] += 1
            for column in 0..<width {
                sums[product * width + column] += Double(matrix.features[row * width + column])
            }
        }
        return (0..<products).map { product in
            (0..<width).map { Float(sums[product * width + $0] / max(1, counts[product])) }
        }
    }
}
