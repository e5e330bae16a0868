// How a network and the law above it are written and read; see `ModelBundle+Bytes.swift`.

import Domain

extension ResponseNetwork {
    package func encode(to writer: inout ByteWriter) {
        writer.write(inputs) { writer, input in
            writer.write(UInt32(input.place))
            writer.write(UInt8(input.isLogarithm ? 1 : 0))
            for number in [input.usual.lowerBound, input.usual.upperBound, input.centre, input.scale] {
                writer.write(number)
            }
        }
        for head in [intercept, logSlope] {
            writer.write(head.base)
            writer.write(head.weights) { writer, lane in
                for index in lane.indices { writer.write(lane[index]) }
            }
        }
        law.encode(to: &writer)
    }

    /// - Throws: for columns or weights that no price may rest on.
    package init(from reader: inout ByteReader, featureCount: Int) throws(ModelError) {
        let place = "response.network.inputs"
        let count = try ModelBundle.reading(place) { () throws(ByteError) in
            let count = try reader.readCount(minimumBytes: 21)
            guard count <= Self.mostInputs else { throw reader.error("\(count) inputs") }
            return count
        }
        var inputs: [NetworkInput] = []
        inputs.reserveCapacity(count)
        for _ in 0..<count { inputs.append(try NetworkInput(from: &reader, featureCount: featureCount)) }
        let lanes = Layout(inputs: count).count
        let heads = try ModelBundle.reading("response.network") { () throws(ByteError) in
            try [0, 1].map { _ throws(ByteError) in
                let base = try reader.readFloat()
                let weights = try reader.readArray(minimumBytes: 32) { reader throws(ByteError) in
                    var lane = Lane.zero
                    for index in lane.indices { lane[index] = try reader.readFloat() }
                    return lane
                }
                guard weights.count == lanes else { throw reader.error("\(weights.count) lanes of \(lanes)") }
                return Head(base: base, weights: weights)
            }
        }
        let law = try CappedDemand(from: &reader)
        try self.init(inputs: inputs, intercept: heads[0], logSlope: heads[1], law: law)
    }
}

extension NetworkInput {
    fileprivate init(from reader: inout ByteReader, featureCount: Int) throws(ModelError) {
        let (place, isLogarithm, numbers) = try ModelBundle.reading("response.network.inputs") {
            () throws(ByteError) in
            let place = Int(try reader.read(UInt32.self))
            guard place < featureCount else { throw reader.error("column \(place) of \(featureCount)") }
            let mark = try reader.read(UInt8.self)
            guard mark < 2 else { throw reader.error("a mark of \(mark)") }
            var numbers: [Float] = []
            for _ in 0..<4 { numbers.append(try reader.readFloat()) }
            guard numbers[0] <= numbers[1] else { throw reader.error("from \(numbers[0]) to \(numbers[1])") }
            return (place, mark == 1, numbers)
        }
        try self.init(
            place: place, isLogarithm: isLogarithm, usual: numbers[0]...numbers[1], centre: numbers[2],
            scale: numbers[3])
    }
}

extension CappedDemand {
    package func encode(to writer: inout ByteWriter) {
        writer.write(ceiling)
        writer.write(sharpness)
    }

    package init(from reader: inout ByteReader) throws(ModelError) {
        self = try ModelBundle.reading("response.law") { () throws(ByteError) in
            let (ceiling, sharpness) = (try reader.readDouble(), try reader.readDouble())
            guard let law = CappedDemand(ceiling: ceiling, sharpness: sharpness) else {
                throw reader.error("a ceiling of \(ceiling), a sharpness of \(sharpness)")
            }
            return law
        }
    }
}
