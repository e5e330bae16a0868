import Domain
import Simulation
import Testing

@Suite struct WriteOrderTests {
    private let ann = UserKey(tenant: "shop", user: "ann")
    private let bob = UserKey(tenant: "shop", user: "bob")

    @Test func writesInOrderAreWellWhicheverIsAcknowledgedFirst() {
        var order = WriteOrder()
        let first = order.sent(ann, by: 0, 1)
        let second = order.sent(ann, by: 0, 1)
        #expect(order.acknowledged(second, at: 8) == nil)
        #expect(order.acknowledged(first, at: 7) == nil)
    }

    @Test func aWriteThatOvertookAnEarlierOneIsSeen() {
        var order = WriteOrder()
        let first = order.sent(ann, by: 0, 1)
        let second = order.sent(ann, by: 0, 1)
        #expect(order.acknowledged(first, at: 8) == nil)
        #expect(order.acknowledged(second, at: 7) != nil)
    }

    @Test func nothingIsPromisedAcrossRoutersConnectionsAndShoppers() {
        var order = WriteOrder()
        let first = order.sent(ann, by: 0, 1)
        let otherRouter = order.sent(ann, by: 1, 2)
        let otherConnection = order.sent(ann, by: 0, 3)
        let otherShopper = order.sent(bob, by: 0, 1)
        #expect(order.acknowledged(first, at: 9) == nil)
        #expect(order.acknowledged(otherRouter, at: 8) == nil)
        #expect(order.acknowledged(otherConnection, at: 7) == nil)
        #expect(order.acknowledged(otherShopper, at: 6) == nil)
    }
}
