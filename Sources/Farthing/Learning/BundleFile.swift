// Bundles from disk. Whatever is wrong with one is said with its path.

import Foundation
import Learning
import Profiles

enum BundleFile {
    static func exposures(_ path: String) throws -> ExposureBundle {
        try read(path) { bytes throws(LearningError) in try ExposureBundle.decode(bytes) }
    }

    static func offers(_ path: String) throws -> OfferBundle {
        try read(path) { bytes throws(LearningError) in try OfferBundle.decode(bytes) }
    }

    static func profiles(_ path: String) throws -> ProfileBundle {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        if let size, size > ProfileBundle.largestBytes {
            throw LearningError(
                place: path, value: "\(size) bytes", remedy: "Give a file that `farthing learn profiles` wrote.")
        }
        return try read(path) { bytes throws(LearningError) in
            do throws(ProfileError) {
                return try ProfileBundle.decode(bytes)
            } catch {
                throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
            }
        }
    }

    private static func read<Bundle>(
        _ path: String, _ decode: ([UInt8]) throws(LearningError) -> Bundle
    ) throws(LearningError) -> Bundle {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw LearningError(place: path, value: "no readable file", remedy: "Check the path and its permissions.")
        }
        do throws(LearningError) {
            return try decode([UInt8](content))
        } catch {
            throw LearningError(place: "\(path), \(error.place)", value: error.value, remedy: error.remedy)
        }
    }
}
