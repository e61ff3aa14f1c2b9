import Testing

@testable import CatalogPlans

@Suite("Catalog files")
struct CatalogFileTests {
    @Test("unique values are refused where they occur again")
    func doubles() throws {
        let product = #"""
            {"slug": "a", "name": "A", "key_prefix": "GENX1", "activation_limit": 1, "download_limit": 1,
             "download_days": 1, "prices": [{"id": "price_a", "unit_amount": 1, "currency": "usd"}]}
            """#
        let second = product.replacing(#""GENX1""#, with: #""GENXI""#)
        let text =
            #"{"shop": {"name": "S", "support_email": "a@b.example", "sender": "a@b.example"}, "products": ["#
            + product + ",\n" + second + "]}"
        let document = try CatalogDocument(text)
        #expect(
            throws: CatalogFaults([
                CatalogFault("products.1.slug", .sameAs("products.0.slug")),
                CatalogFault("products.1.key_prefix", .readsLike("products.0.key_prefix")),
                CatalogFault("products.1.prices.0.id", .sameAs("products.0.prices.0.id")),
            ])
        ) { try CatalogFile(document) }
    }
}
