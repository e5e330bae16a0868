// Models beside each other. A shopper is priced by the model on trial when it is loaded here and the trial's share takes
// in the shopper; all others by the one that serves. One cart in sixteen is priced by both, and the difference is added up:
// what an operator looks at before promoting.

import Domain
import Pricing

extension WorkerCore {
    /// Which model prices a shopper here.
    func modelRole(of user: UserKey) -> ModelRole {
        guard let trial = broadcast.state.models.trial, models.trial?.checksum == trial.activation.checksum else {
            return .serving
        }
        return trial.prices(user) || planted(.trialForEverybody) ? .trial : .serving
    }

    /// Prices the cart by the other model as well, if it is this cart's turn.
    /// - Parameter cart: scored, and not yet remembered as shown.
    mutating func compare(_ request: PriceRequest, _ header: MessageHeader, _ cart: Cart) {
        guard cart.arm == .personal, models.isComparisonDue() else { return }
        var other: Cart
        do throws(Refusal) {
            other = try resolve(request, header, cart.now, by: cart.role == .serving ? .trial : .serving)
        } catch {
            return
        }
        score(&other)
        let (served, tried) = cart.role == .serving ? (cart, other) : (other, cart)
        var comparison = TrialComparison()
        for (line, other) in zip(served.lines, tried.lines) {
            guard !line.isFrozen, let serving = line.predicted, let trial = other.predicted else { continue }
            // As both were fitted; what was promised to the shopper binds them alike and would hide how they differ.
            var context = context(of: line, cart)
            context.promised = nil
            var trail = PriceTrail()
            let shown = PriceDecision.personal(serving, context, configuration.policy, &trail)
            let price = PriceDecision.personal(trial, context, configuration.policy, &trail)
            comparison.add(
                shown: shown, tried: price, servingChance: serving.probability(at: shown.real),
                trialChance: trial.probability(at: shown.real))
        }
        models.compared(comparison)
    }

    /// What this worker has of the models.
    var modelReport: ModelReport {
        var report = ModelReport()
        report.checksum = models.serving?.checksum ?? 0
        report.previous = broadcast.state.models.previous.map { .init(version: $0.version, checksum: $0.checksum) }
        report.trial = broadcast.state.models.trial.map { trial in
            let isLoaded = models.trial?.checksum == trial.activation.checksum
            return TrialReport(
                version: trial.activation.version, checksum: trial.activation.checksum,
                sharePerMille: trial.sharePerMille, isLoaded: isLoaded,
                comparison: isLoaded ? models.comparison : TrialComparison())
        }
        return report
    }
}
