-- What needs attention, the nearest deadline first.
CREATE INDEX CONCURRENTLY "Order_attention_until" ON "Order"("shop", "refundUntil", "id")
  WHERE "needsAttention";
