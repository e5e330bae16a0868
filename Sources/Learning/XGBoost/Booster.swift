// libxgboost behind two owning types. Everything it says is an integer code, so every call goes through `check`.

import CXGBoost
import Glibc

/// Rows that a booster learns from or predicts. The first tree bins them; from then on they are only read, and several
/// boosters may learn from them at once (`SimpleDMatrix::GetGradientIndex` of libxgboost 1.7).
@safe
final class BoosterRows: @unchecked Sendable {
    /// Freed once, by `deinit`; boosters only borrow it.
    fileprivate let handle: DMatrixHandle
    let count: Int

    /// - Shape: `values` (count, width) row-major; copied.
    init(_ values: [Float], width: Int, threads: Int32) throws(LearningError) {
        count = values.count / width
        var handle: DMatrixHandle?
        let code = unsafe values.withUnsafeBufferPointer { values in
            unsafe XGDMatrixCreateFromMat_omp(
                values.baseAddress, bst_ulong(values.count / width), bst_ulong(width), .nan, &handle, threads)
        }
        unsafe self.handle = try unsafe require(handle, code, "training rows")
    }

    deinit { unsafe XGDMatrixFree(handle) }
}

/// A forest being grown, one tree a round, under gradients of our own. Used by one thread at a time, and all of its trees
/// grow on the same one: libxgboost counts on that, see `CompanionThread`.
@safe
final class Booster: @unchecked Sendable {
    /// Freed once, by `deinit`.
    private let handle: BoosterHandle
    /// nil before the first tree.
    private var grower: pthread_t?

    init(_ rows: BoosterRows) throws(LearningError) {
        var handle: BoosterHandle?
        let matrices: [DMatrixHandle?] = unsafe [rows.handle]
        let code = unsafe matrices.withUnsafeBufferPointer { matrices in
            unsafe XGBoosterCreate(matrices.baseAddress, 1, &handle)
        }
        unsafe self.handle = try unsafe require(handle, code, "booster")
    }

    /// Sets parameters by libxgboost's names.
    func set(_ parameters: [(name: String, value: String)]) throws(LearningError) {
        for (name, value) in parameters {
            try check(unsafe XGBoosterSetParam(handle, name, value), "parameter \(name)=\(value)")
        }
    }

    deinit { unsafe XGBoosterFree(handle) }

    /// Grows one tree.
    /// - Shape: `gradients` and `hessians` (rows,).
    func grow(on rows: BoosterRows, gradients: [Float], hessians: [Float]) throws(LearningError) {
        precondition(gradients.count == rows.count && hessians.count == rows.count, "one gradient a row")
        precondition(grower == nil || grower == pthread_self(), "one thread grows a forest")
        grower = pthread_self()
        // libxgboost copies both, and writes to neither, whatever its header says.
        let code = unsafe gradients.withUnsafeBufferPointer { gradients in
            unsafe hessians.withUnsafeBufferPointer { hessians in
                unsafe XGBoosterBoostOneIter(
                    handle, rows.handle, UnsafeMutablePointer(mutating: gradients.baseAddress),
                    UnsafeMutablePointer(mutating: hessians.baseAddress), bst_ulong(rows.count))
            }
        }
        try check(code, "boosting round")
    }

    /// Writes the sum of the trees for every row; libxgboost caches it, for each thread that asks.
    /// - Parameter trees: how many of them, from the first; 0: all.
    func predict(_ rows: BoosterRows, trees: Int = 0, into sums: inout [Float]) throws(LearningError) {
        var count: bst_ulong = 0
        var result: UnsafePointer<Float>?
        // Option 1: the margin, before any link function.
        try check(unsafe XGBoosterPredict(handle, rows.handle, 1, UInt32(trees), 0, &count, &result), "prediction")
        // The result belongs to the booster until its next call, so it is copied here.
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            for index in 0..<min(sums.count, Int(count)) {
                unsafe sums[index] = result?[index] ?? 0
            }
        }
    }

    /// The model as libxgboost's JSON, whose floats read back to the same bits.
    func json() throws(LearningError) -> [UInt8] {
        var count: bst_ulong = 0
        var bytes: UnsafePointer<CChar>?
        try check(
            unsafe XGBoosterSaveModelToBuffer(handle, #"{"format":"json"}"#, &count, &bytes), "saving the model")
        return unsafe UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count))
            .map { UInt8(bitPattern: $0) }
    }
}

private func check(_ code: Int32, _ what: String) throws(LearningError) {
    guard code != 0 else { return }
    throw LearningError(
        place: "libxgboost, \(what)", value: unsafe String(cString: XGBGetLastError()),
        remedy: "Check the learning settings and the free memory.")
}

private func require(
    _ handle: UnsafeMutableRawPointer?, _ code: Int32, _ what: String
) throws(LearningError) -> UnsafeMutableRawPointer {
    try check(code, what)
    guard let handle = unsafe handle else {
        throw LearningError(place: "libxgboost, \(what)", value: "no handle", remedy: "Check the free memory.")
    }
    return unsafe handle
}
