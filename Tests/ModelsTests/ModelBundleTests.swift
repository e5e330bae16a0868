import Domain
import Models
import Testing

@Suite struct ModelBundleTests {
    @Test(arguments: Ground.allCases)
    func aBundleSurvivesItsBytes(ground: Ground) throws {
        let original = try bundle(on: ground)
        let read = try ModelBundle.decode(original.encode(), featureNames: names)
        #expect(read == original)
        #expect(read.encode() == original.encode())
    }

    @Test func productsAreFoundByTheirKey() throws {
        let bundle = try bundle()
        #expect(bundle.statistics(of: ProductKey(product: "eggs"))?.index == 1)
        #expect(bundle.statistics(of: ProductKey(product: "tea")) == nil)
    }

    @Test func theChecksumNamesTheModel() throws {
        let first = try ModelBundle.checksum(ofFile: bundle().encode())
        let second = try ModelBundle.checksum(ofFile: bundle(seed: 12).encode())
        #expect(first != second)
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let bytes = try bundle().encode()
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(throws: ModelError.self) { try ModelBundle.decode(damaged, featureNames: names) }
            }
        }
    }

    @Test(arguments: Ground.allCases)
    func everyTruncationIsNoticed(ground: Ground) throws {
        let bytes = try bundle(on: ground).encode()
        for length in bytes.indices {
            #expect(throws: ModelError.self) {
                try ModelBundle.decode(Array(bytes.prefix(length)), featureNames: names)
            }
        }
        #expect(throws: ModelError.self) { try ModelBundle.decode(bytes + [0], featureNames: names) }
    }

    /// Somebody who can write a checksum can write anything: the reader must still be total.
    @Test(arguments: Ground.allCases)
    func damageUnderACorrectChecksumIsRefusedOrScoresFinite(ground: Ground) throws {
        let bytes = try bundle(on: ground).encode()
        var generator = Lottery(seed: 13)
        for round in 0..<40_000 {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(Int.random(in: 0..<(bytes.count - 20), using: &generator)) }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: 14..<damaged.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            seal(&damaged)
            guard let read = try? ModelBundle.decode(damaged, featureNames: names) else { continue }
            let (intercept, slope, saturation) = read.response.referenceScore([0.5, -2, 3])
            #expect(!intercept.isNaN && slope > 0 && slope.isFinite && saturation > 0 && saturation <= 1)
        }
    }

    @Test func eachDefectHasItsOwnErrorWithPlaceValueAndRemedy() throws {
        let good = try bundle().encode()
        #expect(try problem([UInt8](repeating: 0, count: ModelBundle.largestBytes + 1)) == .tooLarge)
        #expect(try problem([1, 2, 3]) == .truncated)
        #expect(try problem(changing(good, at: 0)) == .wrongMagic)
        #expect(try problem(changing(good, at: 4)) == .unsupportedFormat)
        #expect(try problem(changing(good, at: 6)) == .wrongChecksum)
        #expect(try problem(changing(good, at: good.count - 1)) == .wrongChecksum)
        var short = Array(good.dropLast())
        seal(&short)
        #expect(try problem(short) == .malformed)
        var wrong = try bundle()
        wrong.goldens[1].intercept += 0.01
        #expect(try problem(wrong.encode()) == .wrongPrediction)
        wrong = try bundle()
        wrong.products[0].logitRate = .nan
        #expect(try problem(wrong.encode()) == .malformed)
        wrong = try bundle()
        wrong.products.swapAt(0, 1)
        #expect(try problem(wrong.encode()) == .malformed)
    }

    @Test func aModelFromBeforeAColumnWasAddedIsRefusedAndToldWhich() throws {
        let bundle = try bundle()
        let names = bundle.information.featureNames
        let error = #expect(throws: ModelError.self) {
            try ModelBundle.decode(bundle.encode(), featureNames: names + ["one more"])
        }
        #expect(error?.problem == .wrongFeatures)
        #expect(error?.place == "information.featureNames[\(names.count)]" && error?.value == "missing")
        #expect(error?.remedy.contains("“one more”") == true)
    }

    @Test func aModelOfOtherFeaturesIsRefusedByName() throws {
        let bytes = try bundle().encode()
        let error = #expect(throws: ModelError.self) {
            try ModelBundle.decode(bytes, featureNames: ["first", "other", "third"])
        }
        #expect(error?.problem == .wrongFeatures)
        #expect(error?.place == "information.featureNames[1]")
        #expect(error?.value == "second")
        #expect(throws: ModelError.self) { try ModelBundle.decode(bytes, featureNames: names + ["fourth"]) }
        #expect(throws: ModelError.self) { try ModelBundle.decode(bytes, featureNames: ["first", "second"]) }
    }

    /// A cluster keeps its prices through an upgrade: what format 1 lacked is straight and unsaturated.
    @Test func formatOneIsReadAsAStraightModel() throws {
        var model = try bundle()
        let old = model.response
        model.response = try ResponseModel(
            intercept: old.intercept, logSlope: old.logSlope, interceptBase: old.interceptBase,
            logSlopeBase: old.logSlopeBase, centre: old.centre, slopes: old.slopes)
        for index in model.goldens.indices { model.goldens[index].saturation = 1 }

        var bytes = model.encode()
        let golden = 4 * (names.count + 3)
        let products = 4 + model.products.count * (16 + 4 * names.count)
        let response = bytes.count - model.goldens.count * golden - 4 - products
        for index in model.goldens.indices { bytes.removeLastFour(before: index * (golden - 4)) }
        // No knots, one gradient of 1, no saturation.
        bytes.removeSubrange((response - 17)..<response)
        bytes[4] = 1
        seal(&bytes)

        #expect(try ModelBundle.decode(bytes, featureNames: names) == model)
        bytes.removeLast()
        seal(&bytes)
        #expect(try problem(bytes) == .malformed)
    }

    /// A worker of the version before reads every model that has no network, and one before that those without a surface.
    @Test func theOldestFormatThatSaysEverythingIsWritten() throws {
        #expect(try bundle().encode()[4] == 2)
        #expect(try bundle(on: .surface).encode()[4] == 3)
        #expect(try bundle(on: .network).encode()[4] == 4)
    }

    private func problem(_ bytes: [UInt8]) throws -> ModelError.Problem? {
        let error = #expect(throws: ModelError.self) { try ModelBundle.decode(bytes, featureNames: names) }
        #expect(error?.place.isEmpty == false && error?.remedy.isEmpty == false)
        return error?.problem
    }

    private func changing(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var changed = bytes
        changed[place] ^= 0x55
        return changed
    }
}

extension [UInt8] {
    fileprivate mutating func removeLastFour(before tail: Int) {
        removeSubrange((count - tail - 4)..<(count - tail))
    }
}
