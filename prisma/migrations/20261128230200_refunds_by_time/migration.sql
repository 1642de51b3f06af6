-- What is to be refunded, the newest or the oldest order first.
CREATE INDEX CONCURRENTLY "Order_refund_placed" ON "Order"("shop", "placedAt" DESC, "id")
  WHERE "refundUnits" > 0;
