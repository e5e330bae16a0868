// The routing hash is a contract with clients in other languages. The expected numbers come from a separate
// computation of FNV-1a and fmix64 in another language, not from this code.

import Domain
import Testing

@Suite struct KeyHashTests {
    struct Vector: Sendable {
        let tenant: String
        let user: String
        let hash: UInt64
        let of16: UInt16
        let of256: UInt16
    }

    @Test(arguments: [
        Vector(tenant: "", user: "", hash: 0xb903_4ad3_7056_f5fb, of16: 11, of256: 185),
        Vector(tenant: "demo", user: "1", hash: 0x611d_4991_d1a3_4508, of16: 6, of256: 97),
        Vector(tenant: "demo", user: "2", hash: 0xc3d0_78eb_4ca1_e9c1, of16: 12, of256: 195),
        Vector(tenant: "shop", user: "anna", hash: 0xda9d_696f_7157_ad0d, of16: 13, of256: 218),
        Vector(tenant: "sho", user: "panna", hash: 0x8d27_6b04_a831_bd88, of16: 8, of256: 141),
        Vector(tenant: "größe", user: "用户", hash: 0xceae_ae71_5cba_124a, of16: 12, of256: 206),
        Vector(
            tenant: String(repeating: "t", count: 64), user: String(repeating: "u", count: 64),
            hash: 0xd641_20a2_6f19_7aa8, of16: 13, of256: 214),
    ])
    func theHashOfAUserIsTheSameInEveryLanguage(_ vector: Vector) {
        let hash = KeyHash(tenant: vector.tenant, user: vector.user)
        #expect(hash.value == vector.hash)
        #expect(UserKey(tenant: vector.tenant, user: vector.user).hash == hash)
        #expect(hash.partition(of: 16) == PartitionID(vector.of16))
        #expect(hash.partition(of: 256) == PartitionID(vector.of256))
    }

    @Test func theBuildingBlocksMatchTheirPublishedVectors() {
        var state = FNV1a()
        #expect(state.value == 0xcbf2_9ce4_8422_2325)
        state.update(utf8: "foobar")
        #expect(state.value == 0x8594_4171_f739_67e8)
        var word = FNV1a()
        word.update(word: 0x0102_0304_0506_0708)
        var bytes = FNV1a()
        bytes.update([8, 7, 6, 5, 4, 3, 2, 1])
        #expect(word.value == bytes.value)
        #expect(word.value == 0x0c6d_4496_e178_59d5)
        #expect(finalMix(0) == 0)
        #expect(finalMix(1) == 0xb456_bcfc_34c2_cb2c)
        #expect(finalMix(.max) == 0x64b5_720b_4b82_5f21)
        #expect(ProductKey(product: "milk").value == 0xd205_af15_4f3f_7f41)
    }

    @Test func theBorderBetweenTenantAndUserCounts() {
        #expect(KeyHash(tenant: "shop", user: "anna") != KeyHash(tenant: "sho", user: "panna"))
        #expect(UserKey(tenant: "ab", user: "c") != UserKey(tenant: "a", user: "bc"))
    }

    @Test(arguments: [1, 2, 3, 16, 256, 1_024])
    func everyHashFallsIntoSomePartition(_ count: Int) {
        for hash in [UInt64(0), 1, .max / 2, .max - 1, .max] {
            #expect(Int(KeyHash(hash).partition(of: count).number) < count)
        }
        #expect(KeyHash(0).partition(of: count) == PartitionID(0))
        #expect(KeyHash(.max).partition(of: count) == PartitionID(UInt16(count - 1)))
    }

    /// Chi-square over the partitions; its mean is `count - 1` and its variance twice that.
    private func unevenness(_ count: Int, _ key: (Int) -> KeyHash) -> Double {
        let users = 100_000
        var members = [Int](repeating: 0, count: count)
        for user in 0..<users { members[Int(key(user).partition(of: count).number)] += 1 }
        let expected = Double(users) / Double(count)
        let square = members.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        return (square - Double(count - 1)) / (2 * Double(count - 1)).squareRoot()
    }

    @Test(arguments: [16, 256])
    func consecutiveUserNumbersSpreadEvenly(_ count: Int) {
        let deviation = unevenness(count) { KeyHash(tenant: "demo", user: String($0)) }
        #expect(abs(deviation) < 5)
    }

    @Test func fnvAloneWouldNotSpreadAndTheMeasureSeesIt() {
        let deviation = unevenness(256) { number in
            var state = FNV1a()
            state.update(utf8: "demo")
            state.update(0)
            state.update(utf8: String(number))
            return KeyHash(state.value)
        }
        #expect(deviation > 5)
    }
}
