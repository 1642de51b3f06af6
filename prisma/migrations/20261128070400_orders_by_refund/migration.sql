-- What is to be refunded, the nearest deadline first.
CREATE INDEX CONCURRENTLY "Order_refund" ON "Order"("shop", "refundUntil", "id")
  WHERE "refundUnits" > 0;
