-- A search looks through the names within each tab and in each order that a tab is sorted in: what
-- these ask for is in the index itself.
CREATE INDEX CONCURRENTLY "Order_by_name" ON "Order"("shop", "name" text_pattern_ops)
  INCLUDE ("id", "placedAt", "status", "planUnits", "planTotal", "needsAttention", "refundUnits", "refundUntil")
  WHERE "name" IS NOT NULL;
