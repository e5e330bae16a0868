// Files of purchases and ratings as people have them.

import Domain
import Learning
import Profiles
import Testing

@Suite struct InteractionFileTests {
    private func purchases(_ text: String, name: String = "p.csv") throws -> Result<PurchaseFile, LearningError> {
        let folder = try Folder()
        let path = try folder.write(text, to: name)
        return Result { () throws(LearningError) in try PurchaseFile(path: path) }
    }

    private func error(_ text: String) throws -> LearningError? {
        guard case .failure(let error) = try purchases(text) else { return nil }
        return error
    }

    @Test func purchasesAreReadAndThoseOfZeroLeftOutAndCounted() throws {
        let text = "\u{FEFF}item,user,quantity,time\r\na,u,1,10\r\nb,v,2.5,2026-01-31T23:59:59\r\n\r\na,v,0,12\r\n"
        let file = try purchases(text).get()
        #expect(file.withoutQuantity == 1)
        #expect(file.log.shoppers == ["u", "v"] && file.log.items == ["a", "b"])
        #expect(file.log.rows.map(\.quantity) == [1, 2.5])
        #expect(file.log.rows.map(\.time) == [10, 1_769_903_999])
        #expect(try !purchases("user,item,quantity\nu,a,1\nv,b,1\n").get().log.hasTimes)
    }

    @Test func publicDataSetsAreRead() throws {
        let inter =
            "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t7\t3\t881250949\n2\t8,9\t5\t881250950\n"
        let file = try purchases(inter, name: "x.inter").get()
        #expect(file.log.items == ["7", "8,9"])
        #expect(file.log.rows.map(\.quantity) == [1, 1])
        #expect(file.log.rows.map(\.time) == [881_250_949, 881_250_950])
        let journey =
            "household_id,product_id,quantity,week,transaction_timestamp\n1,2,3,1,2017-01-01T00:00:00\n4,5,6,1,2017-01-01T00:00:00\n"
        #expect(try purchases(journey).get().log.rows.map(\.quantity) == [3, 6])
    }

    @Test(arguments: [
        ("user,item\nu,a\n", "p.csv:1"), ("item,quantity\na,1\n", "p.csv:1"),
        ("user,item,quantity,quantity\nu,a,1,1\n", "p.csv:1"),
        ("user,item,quantity\nu,a,\n", "p.csv:2:quantity"), ("user,item,quantity\nu,a,-1\n", "p.csv:2:quantity"),
        ("user,item,quantity\nu,a,nan\n", "p.csv:2:quantity"), ("user,item,quantity\nu,a,1e300\n", "p.csv:2:quantity"),
        ("user,item,quantity\nu,a,1e-9\n", "p.csv:2:quantity"), ("user,item,quantity\n,a,1\n", "p.csv:2:user"),
        ("user,item,quantity\nu,,1\n", "p.csv:2:item"), ("user,item,quantity,time\nu,a,1,soon\n", "p.csv:2:time"),
        ("user,item,quantity\nu,a,1,1\n", "p.csv:2"), ("user,item,quantity\n", "p.csv"), ("", "p.csv"),
        ("user,item,quantity\nu,a,1\nu,b,1\n", "p.csv"), ("user,item,quantity\nu,a,1\nv,a,1\n", "p.csv"),
        ("user,item,quantity\nu,a,0\nv,b,0\n", "p.csv"),
    ])
    func whatCannotBeIsNamedByItsPlace(_ text: String, _ place: String) throws {
        let error = try #require(try error(text))
        #expect(error.place == place)
        #expect(!error.remedy.isEmpty)
    }

    @Test func anIdOf65BytesIsRefused() throws {
        let id = String(repeating: "x", count: 65)
        #expect(try error("user,item,quantity\n\(id),a,1\n")?.place == "p.csv:2:user")
    }

    @Test func aShoppersOwnPurchasesAreAddedUp() throws {
        let folder = try Folder()
        let path = try folder.write("user,item,quantity\nu,a,1\nv,a,5\nu,a,2\nu,b,0\n", to: "p.csv")
        #expect(try PurchaseFile.quantities(of: "u", path: path) == ["a": 3])
        #expect(try PurchaseFile.quantities(of: "w", path: path) == [:])
    }

    @Test func ratingsAreReadOnceForEachUserAndItem() throws {
        let folder = try Folder()
        let good = try folder.write("user,item,rating\nu,a,1\nu,b,4.5\nv,a,-2\n", to: "r.csv")
        let file = try RatingFile(path: good, least: 3)
        #expect(file.users == 2 && file.items == 2 && file.ratings.map(\.value) == [1, 4.5, -2])
        let few = #expect(throws: LearningError.self) { try RatingFile(path: good, least: 4) }
        #expect(few?.value == "3 ratings")
        let twice = try folder.write("user,item,rating\nu,a,1\nu,a,2\n", to: "t.csv")
        #expect(
            #expect(throws: LearningError.self) { try RatingFile(path: twice, least: 1) }?.place == "t.csv:3:rating")
        let blank = try folder.write("user,item,rating\nu,a,\n", to: "b.csv")
        #expect(
            #expect(throws: LearningError.self) { try RatingFile(path: blank, least: 1) }?.place == "b.csv:2:rating")
    }
}
