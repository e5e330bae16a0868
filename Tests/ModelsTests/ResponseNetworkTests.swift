import Domain
import Foundation
import Models
import Testing

@Suite struct ResponseNetworkTests {
    private static let width = 3

    /// The same by the formulas, one number after another.
    private func plain(_ network: ResponseNetwork, _ head: ResponseNetwork.Head, _ row: [Float]) -> Double {
        let layout = ResponseNetwork.Layout(inputs: network.inputs.count)
        let units = ResponseNetwork.units
        func weight(_ range: Range<Int>, _ index: Int) -> Double {
            Double(head.weights[range.lowerBound + index / 8][index % 8])
        }
        let values = network.inputs.map { Double($0.standardised(row[$0.place])) }
        let hidden = (0..<units).map { unit in
            tanh(
                values.indices.reduce(weight(layout.firstBias, unit)) {
                    $0 + values[$1] * weight(layout.first, $1 * units + unit)
                })
        }
        var sum = values.indices.reduce(Double(head.base)) { $0 + values[$1] * weight(layout.lines, $1) }
        for unit in 0..<units {
            let before = hidden.indices.reduce(weight(layout.secondBias, unit)) {
                $0 + hidden[$1] * weight(layout.second, $1 * units + unit)
            }
            sum += (hidden[unit] + before / (1 + exp(-before))) * weight(layout.last, unit)
        }
        return sum
    }

    @Test func aRowIsScoredAsTheFormulasSay() throws {
        let network = try network(law: .logit)
        for row: [Float] in [[0, 0, 1], [1, 9, 4], [-5, 9, 0.1], [2, 9, 1e9], [.infinity, 9, -1], [0.3, 9, 0]] {
            let scored = network.score(([9, 9, 9] + row).span, from: Self.width)
            #expect(abs(Double(scored.intercept) - plain(network, network.intercept, row)) < 1e-4)
            let logSlope = min(max(plain(network, network.logSlope, row), -2.5), 3.5)
            #expect(abs(Double(scored.logSlope) - logSlope) < 1e-4)
        }
    }

    @Test func underACeilingAnInterceptIsTheLogOddsBelowIt() throws {
        let law = CappedDemand(ceiling: 0.9, sharpness: 6)!
        let (network, logit) = (try network(law: law), try network(law: .logit))
        let price = 0.3
        for row: [Float] in [[0, 0, 1], [1, 9, 4], [-5, 9, 0.1]] {
            let (scored, plain) = (network.score(row.span, from: 0), logit.score(row.span, from: 0))
            #expect(scored.logSlope == plain.logSlope)
            let slope = exp(Double(scored.logSlope))
            let expected = law.curve(intercept: Double(plain.intercept), slope: slope).probability(at: price)
            let acceptance = CappedDemand.acceptance(
                logOdds: Double(scored.intercept) - slope * price, sharpness: law.sharpness)
            #expect(abs(law.ceiling * acceptance - expected) < 1e-6)
        }
    }

    @Test func whatIsNoNumberIsAsGoodAsTheMean() throws {
        let network = try network(law: .logit)
        let mean = exp(Float(0.5))
        let (unknown, average) = (
            network.score([.nan, 0, .nan].span, from: 0), network.score([0, 0, mean].span, from: 0)
        )
        #expect(abs(unknown.intercept - average.intercept) < 1e-5)
        #expect(abs(unknown.logSlope - average.logSlope) < 1e-5)
    }

    @Test func curvesOfLanesAreThoseOfTheLibrary() {
        for x in stride(from: Float(-12), through: 12, by: 0.01) {
            let lane = ResponseNetwork.Lane(repeating: x)
            #expect(abs(lane.hyperbolicTangent[3] - tanhf(x)) < 1e-6)
            #expect(abs(lane.logistic[5] - 1 / (1 + expf(-x))) < 1e-6)
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let network = try network()
        var writer = ByteWriter()
        network.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try ResponseNetwork(from: &reader, featureCount: Self.width) == network)
        try reader.finish()
    }

    @Test func aFileCutShortIsRefused() throws {
        var writer = ByteWriter()
        try network().encode(to: &writer)
        for count in stride(from: 0, to: writer.bytes.count, by: 97) {
            var reader = ByteReader(writer.bytes[..<count])
            #expect(throws: ModelError.self) { try ResponseNetwork(from: &reader, featureCount: Self.width) }
        }
    }

    @Test func damagedBytesAreRefusedOrScoreWithANumber() throws {
        var writer = ByteWriter()
        try network().encode(to: &writer)
        var draws = Draws(seed: 5, "damage")
        for _ in 0..<400 {
            var bytes = writer.bytes
            // The columns come first; half of the damage is there.
            let end = draws.below(2) == 0 ? 64 : bytes.count
            bytes[draws.below(end)] = UInt8(draws.below(256))
            var reader = ByteReader(bytes)
            guard let damaged = try? ResponseNetwork(from: &reader, featureCount: Self.width) else { continue }
            let scored = damaged.score([1, -2, 3].span, from: 0)
            #expect(scored.intercept.isFinite && scored.logSlope.isFinite)
        }
    }

    @Test func numbersThatAreNoneAndColumnsThatAreMissingAreRefused() throws {
        let network = try network(law: .logit)
        for wrong in [Float.nan, .infinity, 2e4] {
            var weights = network.intercept.weights
            weights[7][2] = wrong
            #expect(throws: ModelError.self) {
                try ResponseNetwork(
                    inputs: network.inputs, intercept: .init(base: 0, weights: weights), logSlope: network.logSlope,
                    law: .logit)
            }
            #expect(throws: ModelError.self) {
                try NetworkInput(place: 0, isLogarithm: false, usual: -1...1, centre: wrong, scale: 1)
            }
        }
        for base in [Float.nan, .infinity] {
            #expect(throws: ModelError.self) {
                try ResponseNetwork(
                    inputs: network.inputs, intercept: network.intercept,
                    logSlope: .init(base: base, weights: network.logSlope.weights), law: .logit)
            }
        }
        for scale in [0, -1, Float.nan, .infinity] {
            #expect(throws: ModelError.self) {
                try NetworkInput(place: 0, isLogarithm: false, usual: -1...1, centre: 0, scale: scale)
            }
        }
        var writer = ByteWriter()
        network.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(throws: ModelError.self) { try ResponseNetwork(from: &reader, featureCount: 2) }
        writer = ByteWriter()
        writer.write(1.5)
        writer.write(2.0)
        reader = ByteReader(writer.bytes)
        #expect(throws: ModelError.self) { try CappedDemand(from: &reader) }
    }
}
