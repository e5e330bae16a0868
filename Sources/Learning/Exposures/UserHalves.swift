// Prices that a model has chosen are judged by people whom it has never seen: each half of the users by a model fitted
// to the other half.

struct UserHalves: Sendable {
    private let table: ExposureTable
    private let logged: LoggedPrices
    /// Rows of each half.
    private let places: [[Int]]

    /// - Throws: when in one of the halves everybody buys, or nobody.
    init(_ table: ExposureTable, _ logged: LoggedPrices) throws(LearningError) {
        let halves = table.users.map(ExposureLearner.half)
        let places = [0, 1].map { half in halves.indices.filter { halves[$0] == half } }
        for half in places where Set(half.map { table.bought[$0] }).count < 2 {
            throw ExposureLearner.tooFewUsers(table)
        }
        self.table = table
        self.logged = logged
        self.places = places
    }

    /// One half as a law has it that is fitted to the other.
    func judged(
        _ half: Int, by engine: any ResponseEngine, _ settings: ResponseSettings
    ) throws(LearningError) -> PolicyRows {
        let (judged, others) = (table.rows(at: places[half]), table.rows(at: places[1 - half]))
        let preparation = Preparation(fitting: others)
        let fit = try engine.fit(preparation.trainingMatrix(of: others), settings: settings)
        return PolicyRows(
            judged, Coefficients(fit.model, preparation.matrix(of: judged)), logged.levels,
            chances: places[half].map { logged.chances[$0] })
    }
}
