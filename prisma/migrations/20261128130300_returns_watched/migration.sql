-- When it was looked last whether Shopify tells of the shop's returns.
ALTER TABLE "Shop" ADD COLUMN "returnsWatchedAt" TIMESTAMPTZ(6);
