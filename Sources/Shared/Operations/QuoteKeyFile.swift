import CSodium
import Domain
import Foundation

/// The file that holds a cluster's quote key: 64 hexadecimal digits, readable by its owner only.
public enum QuoteKeyFile {
    /// Reads the key, making a new one when the file does not exist. When two processes make one at the same
    /// moment, one file wins and both read it.
    public static func loadOrCreate(_ path: String) throws(Refusal) -> QuoteKey {
        if !FileManager.default.fileExists(atPath: path) { try create(path) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let secret = decode(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw Refusal(
                .invalidFile, place: path, value: "no key",
                remedy: "Restore the key file from a backup, or remove it: a new one makes older quotes invalid.")
        }
        return QuoteKey(secret: secret)
    }

    private static func create(_ path: String) throws(Refusal) {
        var secret = [UInt8](repeating: 0, count: QuoteKey.bytes)
        unsafe randombytes_buf(&secret, secret.count)
        let text = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        let directory = (path as NSString).deletingLastPathComponent
        let draft = path + ".\(ProcessInfo.processInfo.processIdentifier)"
        do {
            if !directory.isEmpty {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
            guard
                FileManager.default.createFile(
                    atPath: draft, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown) }
            defer { try? FileManager.default.removeItem(atPath: draft) }
            // A link either makes the name or finds it made: never half a file.
            try FileManager.default.linkItem(atPath: draft, toPath: path)
        } catch {
            guard FileManager.default.fileExists(atPath: path) else {
                throw Refusal(
                    .invalidFile, place: path, value: "\(error.localizedDescription)",
                    remedy: "Make its folder writable, or name another quotes.key_file in cluster.yaml.")
            }
        }
    }

    private static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 2 * QuoteKey.bytes else { return nil }
        var secret: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            secret.append(byte)
        }
        return secret
    }
}
