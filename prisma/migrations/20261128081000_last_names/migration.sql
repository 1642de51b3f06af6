-- A customer is found by the last name where the order's document has it, and nowhere else.
CREATE INDEX CONCURRENTLY "OrderDocument_last_name" ON "OrderDocument"("shop", last_name("state") text_pattern_ops)
  WHERE last_name("state") IS NOT NULL;
