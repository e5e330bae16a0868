// How the parts of a bundle are written and read. Each reader checks what it reads; see `ModelBundle+Bytes.swift`.

import Domain

extension ModelInformation {
    func encode(to writer: inout ByteWriter) {
        writer.write(data)
        writer.write(trainedWeeks.lowerBound)
        writer.write(trainedWeeks.upperBound)
        writer.write(rows)
        writer.write(featureNames) { writer, name in writer.write(name) }
        writer.write(metrics) { writer, metric in
            writer.write(metric.name)
            writer.write(metric.value)
        }
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        self = try ModelBundle.reading("information") { () throws(ByteError) -> ModelInformation in
            let data = try reader.readString()
            let first = try reader.read(Int32.self)
            let last = try reader.read(Int32.self)
            guard first <= last else { throw reader.error("trained weeks \(first) to \(last)") }
            let rows = try reader.read(UInt64.self)
            let names = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in try reader.readString() }
            let metrics = try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in
                Metric(name: try reader.readString(), value: try reader.readFinite())
            }
            return ModelInformation(
                data: data, trainedWeeks: first...last, rows: rows, featureNames: names, metrics: metrics)
        }
    }

    /// - Parameter computed: the names of the columns that the reading code computes.
    func check(_ computed: [String]) throws(ModelError) {
        guard featureNames != computed else { return }
        let known = zip(featureNames, computed).prefix { $0 == $1 }.count
        let found = known < featureNames.count ? featureNames[known] : "missing"
        let expected = known < computed.count ? computed[known] : "no more features"
        throw ModelError(
            .wrongFeatures, place: "information.featureNames[\(known)]", value: found,
            remedy: "This version computes “\(expected)” there: train the model again.")
    }
}

extension ResponseModel {
    func encode(to writer: inout ByteWriter, _ format: ModelBundle.Format) {
        for value in [interceptBase, logSlopeBase, centre, slopes.lowerBound, slopes.upperBound] {
            writer.write(value)
        }
        intercept.encode(to: &writer)
        logSlope.encode(to: &writer)
        writer.write(shape.knots) { writer, knot in writer.write(knot) }
        writer.write(shape.gradients) { writer, gradient in writer.write(gradient) }
        writer.write(UInt8(saturation == nil ? 0 : 1))
        if let saturation {
            writer.write(saturation.base)
            saturation.forest.encode(to: &writer)
        }
        guard format.isExtended else { return }
        writer.write(UInt8(surface == nil ? 0 : 1))
        surface?.encode(to: &writer)
        network?.encode(to: &writer)
    }

    /// - Throws: for trees or numbers that no price may rest on.
    public init(
        from reader: inout ByteReader, featureCount: Int, _ format: ModelBundle.Format
    ) throws(ModelError) {
        let numbers = try ModelBundle.reading("response") { () throws(ByteError) in
            [
                try reader.readFloat(), try reader.readFloat(), try reader.readFloat(), try reader.readFloat(),
                try reader.readFloat(),
            ]
        }
        guard numbers[3] <= numbers[4] else {
            throw ModelError(
                .malformed, place: "response.slopes", value: "\(numbers[3]) to \(numbers[4])",
                remedy: "The lowest slope comes first; the file is damaged, copy it again.")
        }
        let intercept = try FlatForest(from: &reader, featureCount: featureCount, place: "intercept")
        let slope = try FlatForest(from: &reader, featureCount: featureCount, place: "slope")
        var shape = PriceShape.straight
        var saturation: Saturation?
        var surface: ResponseSurface?
        if format != .straight {
            shape = try Self.readShape(&reader)
            saturation = try Self.readSaturation(&reader, featureCount: featureCount)
        }
        let hasSurface = try ModelBundle.reading("response.surface") { () throws(ByteError) in
            format.isExtended ? try reader.read(UInt8.self) == 1 : false
        }
        if hasSurface { surface = try ResponseSurface(from: &reader, featureCount: featureCount) }
        var network: ResponseNetwork?
        if format == .networked { network = try ResponseNetwork(from: &reader, featureCount: featureCount) }
        guard network == nil || saturation == nil else {
            throw ModelError(
                .malformed, place: "response.network", value: "a law with a ceiling beside a forest of saturations",
                remedy: "The file is damaged: copy it again.")
        }
        try self.init(
            intercept: intercept, logSlope: slope, interceptBase: numbers[0], logSlopeBase: numbers[1],
            centre: numbers[2], slopes: numbers[3]...numbers[4], shape: shape, saturation: saturation,
            surface: surface, network: network)
    }

    private static func readShape(_ reader: inout ByteReader) throws(ModelError) -> PriceShape {
        try ModelBundle.reading("response.shape") { () throws(ByteError) in
            let knots = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try reader.readDouble() }
            let gradients = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in
                try reader.readDouble()
            }
            guard let shape = PriceShape(knots: knots, gradients: gradients) else {
                throw reader.error("gradients \(gradients) at knots \(knots)")
            }
            return shape
        }
    }

    private static func readSaturation(
        _ reader: inout ByteReader, featureCount: Int
    ) throws(ModelError) -> Saturation? {
        let base = try ModelBundle.reading("response.saturation") { () throws(ByteError) -> Float? in
            switch try reader.read(UInt8.self) {
            case 0: return nil
            case 1: return try reader.readFinite()
            case let mark: throw reader.error("a mark of \(mark)")
            }
        }
        guard let base else { return nil }
        return Saturation(
            forest: try FlatForest(from: &reader, featureCount: featureCount, place: "saturation"), base: base)
    }
}

extension ResponseSurface {
    func encode(to writer: inout ByteWriter) {
        writer.write(inputs) { writer, input in
            writer.write(UInt32(input.place))
            writer.write(input.centre)
            writer.write(input.scale)
        }
        writer.write(UInt32(curved))
        for weights in [intercepts, logSlopes] { writer.write(weights) { writer, weight in writer.write(weight) } }
    }

    init(from reader: inout ByteReader, featureCount: Int) throws(ModelError) {
        let (inputs, curved, weights) = try ModelBundle.reading("response.surface") { () throws(ByteError) in
            let inputs = try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in
                let place = Int(try reader.read(UInt32.self))
                guard place < featureCount else { throw reader.error("column \(place) of \(featureCount)") }
                return Input(place: place, centre: try reader.readFloat(), scale: try reader.readFloat())
            }
            let curved = Int(try reader.read(UInt32.self))
            guard curved <= inputs.count else { throw reader.error("\(curved) of \(inputs.count) inputs") }
            let terms = Self.terms(inputs: inputs.count, curved: curved)
            let weights = try [0, 1].map { _ throws(ByteError) in
                let weights = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in
                    try reader.readFloat()
                }
                guard weights.count == terms else { throw reader.error("\(weights.count) weights of \(terms)") }
                return weights
            }
            return (inputs, curved, weights)
        }
        try self.init(inputs: inputs, curved: curved, intercepts: weights[0], logSlopes: weights[1])
    }
}

extension FlatForest {
    public func encode(to writer: inout ByteWriter) {
        writer.write(trees) { writer, tree in tree.encode(to: &writer) }
    }

    /// - Parameter place: what the forest is called in errors.
    public init(from reader: inout ByteReader, featureCount: Int, place: String) throws(ModelError) {
        self.init(
            trees: try Self.readTrees(&reader, featureCount: featureCount, place: place), featureCount: featureCount)
    }

    private static func readTrees(
        _ reader: inout ByteReader, featureCount: Int, place: String
    ) throws(ModelError) -> [DecisionTree] {
        let count = try ModelBundle.reading("\(place).trees") { () throws(ByteError) in
            try reader.readCount(minimumBytes: 10)
        }
        var trees: [DecisionTree] = []
        trees.reserveCapacity(count)
        for index in 0..<count {
            trees.append(
                try DecisionTree(from: &reader, featureCount: featureCount, place: "\(place).trees[\(index)]"))
        }
        return trees
    }
}

extension DecisionTree {
    /// Stands where a leaf would name its feature.
    private static let leafMark: UInt16 = .max

    func encode(to writer: inout ByteWriter) {
        writer.write(nodes) { writer, node in
            switch node {
            case .leaf(let value):
                writer.write(Self.leafMark)
                writer.write(value)
            case .split(let feature, let threshold, let left):
                writer.write(UInt16(feature))
                writer.write(threshold)
                writer.write(UInt16(left))
            }
        }
    }

    init(from reader: inout ByteReader, featureCount: Int, place: String) throws(ModelError) {
        let nodes = try ModelBundle.reading("\(place).nodes") { () throws(ByteError) in
            try reader.readArray(minimumBytes: 6) { reader throws(ByteError) -> Node in
                let feature = try reader.read(UInt16.self)
                let number = try reader.readFloat()
                guard feature != Self.leafMark else { return .leaf(number) }
                return .split(feature: Int(feature), threshold: number, left: Int(try reader.read(UInt16.self)))
            }
        }
        try self.init(nodes: nodes, featureCount: featureCount, place: place)
    }
}

extension ProductStatistics {
    func encode(to writer: inout ByteWriter) {
        writer.write(product.value)
        writer.write(logitRate)
        writer.write(index)
        for value in population { writer.write(value) }
    }

    init(from reader: inout ByteReader, width: Int) throws(ByteError) {
        product = ProductKey(try reader.read())
        logitRate = try reader.readFinite()
        index = try reader.read()
        population = try reader.readRow(width: width)
    }
}

extension GoldenPrediction {
    func encode(to writer: inout ByteWriter) {
        for value in row { writer.write(value) }
        writer.write(intercept)
        writer.write(slope)
        writer.write(saturation)
    }

    init(from reader: inout ByteReader, width: Int, _ format: ModelBundle.Format) throws(ByteError) {
        row = try reader.readRow(width: width)
        intercept = try reader.readFinite()
        slope = try reader.readFinite()
        saturation = format == .straight ? 1 : try reader.readFinite()
    }
}

extension ByteReader {
    mutating func readFinite() throws(ByteError) -> Float {
        let value = try readFloat()
        guard value.isFinite else { throw error("\(value) is not finite") }
        return value
    }

    fileprivate mutating func readFinite() throws(ByteError) -> Double {
        let value = try readDouble()
        guard value.isFinite else { throw error("\(value) is not finite") }
        return value
    }

    mutating func readRow(width: Int) throws(ByteError) -> [Float] {
        var row: [Float] = []
        row.reserveCapacity(width)
        for _ in 0..<width { row.append(try readFinite()) }
        return row
    }
}
