-- Order_names has taken its place.
DROP INDEX CONCURRENTLY "Order_shop_name_idx";
