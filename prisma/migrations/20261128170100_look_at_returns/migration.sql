-- When a shop's subscriptions to returns, and its open returns, are looked at. docs/decisions/0061.
ALTER TABLE "Shop" ADD COLUMN "returnsLookAt" TIMESTAMPTZ(6);
