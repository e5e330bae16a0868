import ArgumentParser
import Foundation
import Learning

/// What a model must keep to before it serves.
struct GateOptions: ParsableArguments {
    @Option(help: "Log-loss that is allowed, over the serving model's.")
    var largestLoss = ModelGates().largestLossRatio

    @Option(help: "Median move of a personal price that is allowed, as a share of it.")
    var largestMove = ModelGates().largestMedianMove

    @Option(help: "A file user,group: shoppers who must not be treated differently. Judges prices, makes none.")
    var groups: String?

    @Option(help: "Gap between the mean prices of two groups that is allowed, as a share of the public price.")
    var largestGap = ModelGates().largestGroupGap

    func validate() throws {
        guard largestLoss >= 1, largestMove >= 0, largestGap >= 0 else {
            throw ValidationError("--largest-loss takes 1 or more, --largest-move and --largest-gap 0 or more.")
        }
    }

    func gates() -> ModelGates {
        var gates = ModelGates()
        gates.largestLossRatio = largestLoss
        gates.largestMedianMove = largestMove
        gates.largestGroupGap = largestGap
        return gates
    }

    /// What the gates have not looked at, to stand under their table; nil when nothing was left out.
    var notJudged: String? {
        groups == nil ? "whether groups of shoppers are treated alike was not judged: name them with --groups" : nil
    }

    func shopperGroups() throws -> ShopperGroups? { try groups.map(ShopperGroups.init(path:)) }
}

extension Table {
    /// What the gates have found.
    init(_ findings: [ModelGates.Finding]) {
        self.init(["gate", "value", "demanded", ""])
        for finding in findings {
            add([
                finding.gate, String(format: "%.4f", finding.value), finding.demanded,
                finding.passes ? "passes" : "KEPT OUT",
            ])
        }
    }
}
