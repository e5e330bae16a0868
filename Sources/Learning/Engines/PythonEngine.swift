// Other people's learners, in a Python process beside this one. It is asked for one job after another, a JSON line
// each, on its standard input, answers on its standard output, and ends when its input does: it outlives this
// process by its current job at most. Arrays travel as files. Python inside this process was rejected: it would bring its
// threads, its signals and its crashes.

import Domain
import Foundation
import Synchronization

/// A Python with the package `farthing[learning]`, one job at a time.
public final class PythonEngine: Sendable {
    /// How many processes learn together, and where.
    public struct Crew: Encodable, Sendable {
        public var workers: Int
        /// Of a Dask cluster that runs already; nil: one of processes on this machine.
        public var scheduler: String?

        public init(workers: Int, scheduler: String? = nil) {
            self.workers = workers
            self.scheduler = scheduler
        }
    }

    private struct Request: Encodable {
        var job: String
        var folder: String
        var crew: Crew
    }

    private let conversation: Mutex<Conversation>
    private let crew: Crew

    /// - Parameter python: path of the interpreter.
    public init(python: String, crew: Crew = Crew(workers: 2)) throws(LearningError) {
        self.crew = crew
        conversation = Mutex(try Conversation(python: python))
    }

    deinit { conversation.withLock { $0.finish() } }

    /// Waits until the job is done and its results are in the folder.
    /// - Parameter progress: called with the share done.
    func run(_ job: String, in folder: WorkFolder, progress: (Double) -> Void) throws(LearningError) {
        let request = Request(job: job, folder: folder.path, crew: crew)
        try conversation.withLock { (conversation) throws(LearningError) in
            try conversation.ask(request, progress: progress)
        }
    }

    /// What a Python process has to say.
    private struct Reply: Decodable {
        var progress: Double?
        var done: Bool?
        var error: String?
        var remedy: String?
    }

    private struct Conversation {
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        /// What the process says on standard error.
        private let journal: WorkFolder
        private var unread = Data()
        /// One that has never answered is no Python, or one without the package.
        private var hasAnswered = false

        private static let install =
            "Run scripts/python-environment, or name with --python one that has: pip install './clients/python[learning]'."

        init(python: String) throws(LearningError) {
            guard FileManager.default.isExecutableFile(atPath: python) else {
                throw LearningError(place: "--python", value: python, remedy: Self.install)
            }
            journal = try WorkFolder()
            try journal.write(Data(), to: "journal")
            process.executableURL = URL(filePath: python)
            process.arguments = ["-m", "farthing.engines"]
            process.standardInput = input
            process.standardOutput = output
            process.standardError = FileHandle(forWritingAtPath: "\(journal.path)/journal") ?? FileHandle.nullDevice
            do {
                try process.run()
            } catch {
                throw LearningError(place: "--python", value: "\(python): \(error)", remedy: Self.install)
            }
        }

        func finish() {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }

        mutating func ask(_ request: Request, progress: (Double) -> Void) throws(LearningError) {
            do {
                let line = try JSONEncoder().encode(request) + Data("\n".utf8)
                try input.fileHandleForWriting.write(contentsOf: line)
            } catch {
                throw ended()
            }
            while let line = nextLine() {
                guard let reply = try? JSONDecoder().decode(Reply.self, from: line) else {
                    throw LearningError(
                        place: "the Python engine", value: String(decoding: line.prefix(200), as: UTF8.self),
                        remedy: Self.install)
                }
                hasAnswered = true
                if let share = reply.progress { progress(share) }
                if reply.done == true { return }
                if let error = reply.error {
                    throw LearningError(
                        place: "the Python engine", value: error, remedy: reply.remedy ?? Self.install)
                }
            }
            throw ended()
        }

        private mutating func nextLine() -> Data? {
            while true {
                if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = unread[unread.startIndex..<end]
                    unread = Data(unread[(end + 1)...])
                    return Data(line)
                }
                let more = output.fileHandleForReading.availableData
                if more.isEmpty { return nil }
                unread += more
            }
        }

        /// The process is over: its last words are the reason.
        private func ended() -> LearningError {
            process.waitUntilExit()
            let said = (try? journal.bytes("journal")).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let last = said.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no word of why"
            return LearningError(
                place: "the Python engine", value: "an end with status \(process.terminationStatus): \(last)",
                remedy: hasAnswered ? "Check the free memory." : Self.install
            )
        }
    }
}
