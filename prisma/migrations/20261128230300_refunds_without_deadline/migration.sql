-- What is to be refunded without a deadline: it comes between those in time and those too late.
CREATE INDEX CONCURRENTLY "Order_refund_undated" ON "Order"("shop", "placedAt" DESC, "id")
  WHERE "refundUnits" > 0 AND "refundUntil" IS NULL;
