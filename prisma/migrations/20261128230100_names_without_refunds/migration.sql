-- Order_by_name has taken its place.
DROP INDEX CONCURRENTLY "Order_names";
