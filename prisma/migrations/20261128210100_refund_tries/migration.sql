-- How often it was looked whether an order's plans may be refunded without a person.
ALTER TABLE "Order" ADD COLUMN "refundTries" INTEGER NOT NULL DEFAULT 0;
