-- allowed throughout: before the first release, nobody runs an older version
-- AlterTable
ALTER TABLE "Shop"
  ADD COLUMN "paused" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "timeZone" TEXT NOT NULL DEFAULT 'UTC',
  ADD COLUMN "factsReadAt" TIMESTAMPTZ(6),
  ADD COLUMN "backoffSince" TIMESTAMPTZ(6),
  ADD COLUMN "testedAt" TIMESTAMPTZ(6),
  ADD COLUMN "blockSeenAt" TIMESTAMPTZ(6),
  ADD COLUMN "guideDismissedAt" TIMESTAMPTZ(6),
  ADD COLUMN "reviewAfter" TEXT,
  ADD COLUMN "reviewAll" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Order"
  ADD COLUMN "reasonCode" TEXT,
  ADD COLUMN "planTotal" BIGINT,
  ADD COLUMN "currency" TEXT,
  ADD COLUMN "dismissed" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "needsAttention" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "skippedByHand" BOOLEAN NOT NULL DEFAULT false;
UPDATE "Order" SET "placedAt" = "createdAt" WHERE "placedAt" IS NULL;
UPDATE "Order" SET "needsAttention" = true
  WHERE "status" IN ('blocked', 'rejected') OR ("status" <> 'skipped' AND "findingSeverity" = 'warning');
ALTER TABLE "Order" ALTER COLUMN "placedAt" SET NOT NULL;

-- AlterTable
ALTER TABLE "OrderCount" ADD COLUMN "attention" INTEGER NOT NULL DEFAULT 0;
UPDATE "OrderCount" c SET "attention" = (SELECT count(*) FROM "Order" o
  WHERE o."shop" = c."shop" AND o."status" = c."status" AND o."needsAttention");

-- CreateIndex
CREATE INDEX "Order_shop_name_idx" ON "Order"("shop", "name" text_pattern_ops);

-- The filters of the orders page.
CREATE INDEX "Order_attention" ON "Order"("shop", "placedAt" DESC, "id") WHERE "needsAttention";
CREATE INDEX "Order_findings" ON "Order"("shop", "placedAt" DESC, "id")
  WHERE "findingSeverity" IS NOT NULL;
CREATE INDEX "Order_plans" ON "Order"("shop", "placedAt" DESC, "id") WHERE "planUnits" > 0;
