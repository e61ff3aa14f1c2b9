-- A license belongs to what was ordered, which one reference says better than two. Each sale proved that its license's
-- order and its product exist; the second proof locks the product's row, which every sale shares, so that sales at the
-- same time wrote down who locks it together. Now it proves that the order has this product: the item's own references
-- stand for the order and the product, neither of which can go while the item is there, nor the item while the license
-- is. It guards more than before, and nobody waits at a row that others want.

ALTER TABLE order_items ADD CONSTRAINT order_items_product UNIQUE (order_id, product_id);
ALTER TABLE licenses
    ADD CONSTRAINT licenses_item_fkey FOREIGN KEY (order_id, product_id) REFERENCES order_items (order_id, product_id),
    DROP CONSTRAINT licenses_order_id_fkey,
    DROP CONSTRAINT licenses_product_id_fkey;
