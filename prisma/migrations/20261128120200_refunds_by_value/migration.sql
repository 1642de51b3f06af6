-- What is to be refunded, the dearest plans first.
CREATE INDEX CONCURRENTLY "Order_refund_value" ON "Order"("shop", "planTotal" DESC, "id")
  WHERE "refundUnits" > 0 AND "planTotal" IS NOT NULL;
