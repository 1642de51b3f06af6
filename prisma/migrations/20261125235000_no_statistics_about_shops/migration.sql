-- Every index begins with the shop. A shop that is newer than the statistics would be taken for one
-- without rows, and be read from end to end for each of its orders: docs/decisions/0028.
ALTER TABLE "InboxWebhook" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "Order" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "OrderDocument" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "OrderEvent" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "Attempt" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "PlanJobProduct" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "ProductOffer" ALTER COLUMN "shop" SET STATISTICS 0;
