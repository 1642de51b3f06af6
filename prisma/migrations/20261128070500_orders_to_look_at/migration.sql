-- Orders of which it is to be looked at whether they may be refunded without a person.
CREATE INDEX CONCURRENTLY "Order_refund_look" ON "Order"("shop", "refundLookAt")
  WHERE "refundLookAt" IS NOT NULL;
