import Glibc
import Learning
import Synchronization
import Testing

@Suite struct CompanionThreadTests {
    @Test func everythingRunsOnOneThreadThatIsNotTheCallers() throws {
        let companion = CompanionThread()
        let threads = Mutex<Set<pthread_t>>([])
        for turn in 0..<100 {
            let work: CompanionThread.Promise<Int> = companion.begin {
                threads.withLock { _ = $0.insert(pthread_self()) }
                return turn
            }
            #expect(try work.value() == turn)
        }
        #expect(threads.withLock { $0.count } == 1)
        #expect(!threads.withLock { $0.contains(pthread_self()) })
    }

    @Test func whatFailsFailsWhereItIsWaitedForAndTheNextWorks() throws {
        let companion = CompanionThread()
        let failing: CompanionThread.Promise<Int> = companion.begin { () throws(LearningError) in
            throw LearningError(place: "here", value: "nothing", remedy: "Again.")
        }
        let error = #expect(throws: LearningError.self) { try failing.value() }
        #expect(error?.place == "here")
        let work: CompanionThread.Promise<Int> = companion.begin { 7 }
        #expect(try work.value() == 7)
    }
}
