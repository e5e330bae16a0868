// What workers say of their models, inside heartbeats and statuses.

import CPricing
import CProtobuf
import Domain

extension BodyEncoder {
    /// - Returns: nil for a worker that has nothing to say of models.
    func models(_ report: ModelReport) -> UnsafeMutablePointer<Farthing__Models>? {
        guard report != ModelReport() else { return nil }
        let message = unsafe arena.make(farthing__models__init)
        unsafe message.pointee.checksum = report.checksum
        unsafe message.pointee.previous_version = report.previous?.version ?? 0
        unsafe message.pointee.previous_checksum = report.previous?.checksum ?? 0
        if let trial = report.trial { unsafe message.pointee.trial = unsafe self.trial(trial) }
        return unsafe message
    }

    private func trial(_ report: TrialReport) -> UnsafeMutablePointer<Farthing__Trial> {
        let message = unsafe arena.make(farthing__trial__init)
        unsafe message.pointee.version = report.version
        unsafe message.pointee.checksum = report.checksum
        unsafe message.pointee.share_per_mille = report.sharePerMille
        unsafe message.pointee.loaded = report.isLoaded ? 1 : 0
        unsafe message.pointee.lines = report.comparison.lines
        unsafe message.pointee.lower = report.comparison.lower
        unsafe message.pointee.higher = report.comparison.higher
        unsafe message.pointee.moved_millionths = report.comparison.movedMillionths
        unsafe message.pointee.serving_millionths = report.comparison.servingMillionths
        unsafe message.pointee.trial_millionths = report.comparison.trialMillionths
        return unsafe message
    }
}

extension BodyDecoder {
    /// - Parameter message: nil from a worker that does not say.
    func models(_ message: UnsafeMutablePointer<Farthing__Models>?) -> ModelReport {
        var report = ModelReport()
        guard let message = unsafe message?.pointee else { return report }
        report.checksum = unsafe message.checksum
        if unsafe message.previous_checksum != 0 {
            report.previous = unsafe .init(version: message.previous_version, checksum: message.previous_checksum)
        }
        report.trial = unsafe message.trial.map { unsafe trial($0.pointee) }
        return report
    }

    private func trial(_ message: Farthing__Trial) -> TrialReport {
        var comparison = TrialComparison()
        comparison.lines = unsafe message.lines
        comparison.lower = unsafe message.lower
        comparison.higher = unsafe message.higher
        comparison.movedMillionths = unsafe message.moved_millionths
        comparison.servingMillionths = unsafe message.serving_millionths
        comparison.trialMillionths = unsafe message.trial_millionths
        return unsafe TrialReport(
            version: message.version, checksum: message.checksum, sharePerMille: message.share_per_mille,
            isLoaded: message.loaded != 0, comparison: comparison)
    }
}
