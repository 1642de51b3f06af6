-- A refund of plan units is an intent, written before Shopify is asked for it: docs/decisions/0059.
CREATE TYPE "RefundState" AS ENUM ('planned', 'asking', 'unclear', 'paying', 'unpaid', 'done', 'refused', 'dropped');

CREATE TABLE "PlanRefund" (
    "shop" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "orderId" TEXT NOT NULL,
    "planLineId" TEXT NOT NULL,
    "planTitle" TEXT NOT NULL,
    "units" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "state" "RefundState" NOT NULL,
    "staffId" TEXT,
    "key" UUID NOT NULL,
    "variables" TEXT,
    "amount" BIGINT,
    "currency" TEXT,
    "notify" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL,
    "dueAt" TIMESTAMPTZ(6),
    "askedAt" TIMESTAMPTZ(6),
    "asks" INTEGER NOT NULL DEFAULT 0,
    "looks" INTEGER NOT NULL DEFAULT 0,
    "refundId" TEXT,
    "payments" JSONB NOT NULL DEFAULT '[]',
    "problem" TEXT,
    "words" TEXT,
    "endedAt" TIMESTAMPTZ(6),
    "endedBy" TEXT,
    "leaseToken" TEXT,
    "leaseUntil" TIMESTAMPTZ(6),

    CONSTRAINT "PlanRefund_pkey" PRIMARY KEY ("shop","id")
);

-- docs/decisions/0028
ALTER TABLE "PlanRefund" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "PlanRefund_shop_orderId_createdAt_idx" ON "PlanRefund"("shop", "orderId", "createdAt");
-- whatever happens at once: one open intent for a plan line
CREATE UNIQUE INDEX "PlanRefund_open" ON "PlanRefund"("shop", "orderId", "planLineId") WHERE "endedAt" IS NULL;
CREATE INDEX "PlanRefund_due" ON "PlanRefund"("shop", "dueAt") WHERE "dueAt" IS NOT NULL;

ALTER TABLE "Shop" ADD COLUMN "refundsAlone" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Shop" ADD COLUMN "refundsAloneSince" TIMESTAMPTZ(6);
ALTER TABLE "Shop" ADD COLUMN "refundWaitHours" INTEGER NOT NULL DEFAULT 24;
ALTER TABLE "Shop" ADD COLUMN "refundNotify" BOOLEAN NOT NULL DEFAULT true;
