-- What of an order's plans is to be refunded, until when, and what speaks against its going by itself.
ALTER TABLE "Order" ADD COLUMN "refundUnits" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "refundUntil" TIMESTAMPTZ(6),
  ADD COLUMN "refundSince" TIMESTAMPTZ(6),
  ADD COLUMN "refundLookAt" TIMESTAMPTZ(6),
  ADD COLUMN "refundLooked" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "refundWhyNot" JSONB NOT NULL DEFAULT '{}';
