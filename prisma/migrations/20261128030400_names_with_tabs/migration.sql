-- A search looks through the names within a tab: what the tabs ask for is in the index itself.
CREATE INDEX CONCURRENTLY "Order_names" ON "Order"("shop", "name" text_pattern_ops)
  INCLUDE ("id", "placedAt", "status", "planUnits", "needsAttention") WHERE "name" IS NOT NULL;
