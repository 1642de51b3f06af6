-- What was seen of the order's money when a refund was written down: it is sent again only while that holds.
ALTER TABLE "PlanRefund" ADD COLUMN "seen" JSONB;
