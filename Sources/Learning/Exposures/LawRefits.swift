// All that the chosen law is fitted to again: every row, for the model that is served; some of them with less care, for
// the intervals of its elasticities; and half of the users, twice, for how good its prices are and, under a ceiling, how
// far off its elasticities. All at once and the largest first, so that no core waits for another's.

struct LawRefits: Sendable {
    let served: ResponseFit
    /// nil under a law with a ceiling.
    let rough: ResponseFit?
    /// Each half of the users, judged by the other half's.
    let halves: [PolicyRows]
    /// Of those halves, some rows of each.
    let predictions: [CrossFittedPrediction]

    private enum Refit: Sendable {
        case fit(ResponseFit)
        case half(PolicyRows, [CrossFittedPrediction])
    }

    /// - Parameters:
    ///   - settings: the law's.
    ///   - everything: rows that are served from; `trained`: those that the law was chosen by.
    init(
        of chosen: FittedCandidate, _ settings: ResponseSettings, by engine: any ResponseEngine,
        everything: TrainingMatrix, trained: TrainingMatrix, halves: UserHalves
    ) throws(LearningError) {
        let ended = settings.ending(after: chosen.fit.rounds)
        let whole =
            [(everything, ended)]
            + (chosen.candidate.hasCeiling ? [] : [(trained, SpreadFit.rough(settings, after: chosen.fit).unserved)])
        let refits = try ConcurrentFits.run(whole.count + 2) { (index) throws(LearningError) -> Refit in
            guard index < whole.count else {
                let (rows, predictions) = try halves.judged(index - whole.count, by: engine, ended.unserved)
                return .half(rows, predictions)
            }
            return .fit(try engine.fit(whole[index].0, settings: whole[index].1))
        }
        var fits: [ResponseFit] = []
        var judged: [PolicyRows] = []
        var predictions: [CrossFittedPrediction] = []
        for refit in refits {
            switch refit {
            case .fit(let fit): fits.append(fit)
            case .half(let rows, let made):
                judged.append(rows)
                predictions += made
            }
        }
        served = fits[0]
        rough = fits.count > 1 ? fits[1] : nil
        self.halves = judged
        self.predictions = predictions
    }
}
