-- What needs attention and has no deadline, the newest first.
CREATE INDEX CONCURRENTLY "Order_attention_placed" ON "Order"("shop", "placedAt" DESC, "id")
  WHERE "needsAttention" AND "refundUntil" IS NULL;
