-- When Shopify was asked for a refund last: until a while after that the call may still arrive.
ALTER TABLE "PlanRefund" ADD COLUMN "calledAt" TIMESTAMPTZ(6);
