-- What needs attention, the dearest plans first.
CREATE INDEX CONCURRENTLY "Order_attention_value" ON "Order"("shop", "planTotal" DESC, "id")
  WHERE "needsAttention" AND "planTotal" IS NOT NULL;
