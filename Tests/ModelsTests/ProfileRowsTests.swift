// Rows of a model that knows shoppers and items by name, and the file that brings them.

import Domain
import Models
import Testing

@Suite struct ProfileRowsTests {
    private static let origin = Timestamp(milliseconds: 1_700_000_000_000)
    private static let width = 12

    /// Row: age, hours since joining and whether that is not known, size, a crossed pair, a component, a spare one, and
    /// the moment's four.
    private static func rows() -> ProfileRows {
        ProfileRows(
            blank: [40, 500, 1, 3, -1, -2, 10, 7, 0, 0, 0, 0],
            shoppers: ProfileTable(
                columns: [.value(place: 0), .instant, .level, .part(place: 6)],
                entries: [
                    (ProfileTable.key("anna"), [31, -24, 0, 2]), (ProfileTable.key("ben"), [65, .nan, 1, -4]),
                ]),
            items: ProfileTable(
                columns: [.value(place: 3), .level, .part(place: 6)],
                entries: [(ProfileTable.key("milk"), [1, 0, 0.5]), (ProfileTable.key("eggs"), [12, 1, 0])]),
            origin: origin,
            elapsed: [
                .init(place: 1, isOfShopper: true, column: 1, usual: 1...1_000, tellsBlanks: true)
            ],
            crosses: [
                .init(
                    place: 4, shopperColumn: 2, itemColumn: 1, levels: (3, 3),
                    values: (0..<18).map { Float($0) / 10 })
            ],
            momentPlace: 8)
    }

    private func row(
        _ shopper: String, _ item: String, at time: Timestamp = Self.origin, reference: Double = 1, cost: Double = 0.5
    ) -> [Float] {
        let rows = Self.rows()
        var filled = [Float](repeating: .nan, count: 2 * Self.width)
        var span = filled.mutableSpan
        rows.fill(
            &span, row: 1, shopper: rows.shoppers.entry(ProfileTable.key(shopper)),
            item: rows.items.entry(ProfileTable.key(item)),
            moment: .init(referencePrice: reference, unitCost: cost, time: time))
        return Array(filled.suffix(Self.width))
    }

    @Test func whatIsKnownOfBothSidesIsInTheRow() {
        // 2023-11-14T22:13:20Z is a Tuesday.
        #expect(row("anna", "eggs") == [31, 24, 0, 12, 0.2, 0.3, 12, 7, 0, 0.5, 22, 1])
        #expect(row("ben", "milk") == [65, 500, 1, 1, 0.6, 0.7, 6.5, 7, 0, 0.5, 22, 1])
    }

    @Test func whoIsUnknownIsBlankAndMeetsTheItemAsAnybody() {
        #expect(row("nobody", "milk") == [40, 500, 1, 1, 1.2, 1.3, 10.5, 7, 0, 0.5, 22, 1])
        #expect(row("anna", "tea") == [31, 24, 0, 3, 0.4, 0.5, 12, 7, 0, 0.5, 22, 1])
        #expect(row("nobody", "tea") == [40, 500, 1, 3, 1.6, 1.7, 10, 7, 0, 0.5, 22, 1])
    }

    @Test func hoursPassAndStayWithinWhatIsUsual() {
        #expect(row("anna", "milk", at: Self.origin.adding(milliseconds: 6 * 3_600_000))[1] == 30)
        #expect(row("anna", "milk", at: Self.origin.adding(milliseconds: 60 * 86_400_000))[1] == 1_000)
        let before = row("anna", "milk", at: Self.origin.adding(milliseconds: -48 * 3_600_000))
        #expect(before[1] == 500 && before[2] == 1, "what has not begun is not known")
    }

    @Test func aCostFarAboveThePriceIsBounded() {
        #expect(row("anna", "milk", reference: 0.01, cost: 1e9)[9] == 10)
    }

    // MARK: - The file

    private func model(ratios: ClosedRange<Double> = 0.8...1.1) throws -> ModelBundle {
        var generator = Lottery(seed: 3)
        let response = try ResponseModel(
            intercept: try generator.forest(trees: 3, depth: 3, features: Self.width),
            logSlope: try generator.forest(trees: 2, depth: 2, features: Self.width), interceptBase: -3,
            logSlopeBase: 0.5, centre: 0, slopes: 0.2...8)
        return ModelBundle(
            version: 9,
            information: ModelInformation(
                data: "a file", trainedWeeks: 1...2, rows: 9, featureNames: (0..<Self.width).map { "column \($0)" },
                metrics: []),
            response: response, products: [], goldens: [], profiles: .init(ratios: ratios, rows: Self.rows()))
    }

    @Test func aModelWithProfilesSurvivesItsBytesWhateverTheReaderComputes() throws {
        let original = try model()
        for names in [[], ["first"], names] {
            // One of the instants is not known, NaN.
            #expect(try ModelBundle.decode(original.encode(), featureNames: names) == original)
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        let bytes = try model().encode()
        for length in bytes.indices {
            var short = Array(bytes.prefix(length))
            if length > 20 { seal(&short) }
            #expect(throws: ModelError.self) { try ModelBundle.decode(short, featureNames: names) }
        }
    }

    /// Whoever can write a checksum can write anything: a row is filled in without a trap, or the file is refused.
    @Test func damageUnderACorrectChecksumIsRefusedOrFillsRows() throws {
        let bytes = try model().encode()
        var generator = Lottery(seed: 29)
        var accepted = 0
        for _ in 0..<40_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: 14..<damaged.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            seal(&damaged)
            guard let read = try? ModelBundle.decode(damaged, featureNames: names), let profiles = read.profiles else {
                continue
            }
            accepted += 1
            var filled = [Float](repeating: 0, count: read.response.featureCount)
            for shopper in Array(profiles.rows.shoppers.keys.indices.map { Int?($0) }) + [nil] {
                for item in Array(profiles.rows.items.keys.indices.map { Int?($0) }) + [nil] {
                    var span = filled.mutableSpan
                    profiles.rows.fill(
                        &span, row: 0, shopper: shopper, item: item,
                        moment: .init(referencePrice: 3, unitCost: 2, time: Self.origin))
                    #expect(!filled.contains { $0.isNaN })
                }
            }
        }
        #expect(accepted > 1_000)
    }

    /// The file of `farthing learn fit` holds the model in front; one inside another is no model.
    @Test func aBundleOfLearningIsServedByItsModel() throws {
        func learned(_ model: [UInt8]) -> [UInt8] {
            var payload = ByteWriter()
            payload.write(model)
            payload.write("what only learning reads")
            var file = ByteWriter()
            file.write(ModelBundle.learnedMagic)
            file.write(ModelBundle.learnedFormat)
            file.write(FNV1a.checksum(payload.bytes[...]))
            return file.bytes + payload.bytes
        }
        let model = try model()
        let file = learned(model.encode())
        #expect(try ModelBundle.decode(file, featureNames: names).encode() == model.encode())
        #expect(try ModelBundle.checksum(ofFile: file) != ModelBundle.checksum(ofFile: model.encode()))
        #expect(throws: ModelError.self) { try ModelBundle.decode(learned(file), featureNames: names) }
        #expect(throws: ModelError.self) { try ModelBundle.decode(Array(file.dropLast()), featureNames: names) }
    }

    @Test func whatOlderWorkersCanReadIsWrittenAsTheyReadIt() throws {
        #expect(try bundle().encode()[4] == 2)
        #expect(try model().encode()[4] == 3)
    }
}
