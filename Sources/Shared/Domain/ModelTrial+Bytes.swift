// The bytes of activations and trials, the same in a record and in a snapshot.

extension ByteWriter {
    public mutating func write(_ activation: ModelActivation) {
        write(activation.version)
        write(activation.checksum)
        write(activation.path)
    }

    public mutating func write(_ trial: ModelTrial) {
        write(trial.sharePerMille)
        write(trial.activation)
    }
}

extension ByteReader {
    public mutating func readActivation() throws(ByteError) -> ModelActivation {
        ModelActivation(version: try read(), checksum: try read(), path: try readString())
    }

    public mutating func readTrial() throws(ByteError) -> ModelTrial {
        let share: UInt32 = try read()
        guard share <= 1_000 else { throw error("tries a model on \(share) of a thousand shoppers") }
        return ModelTrial(activation: try readActivation(), sharePerMille: share)
    }
}
