-- What buyers ask for in their account: to give a plan back. docs/decisions/0060.
CREATE TABLE "PlanRequest" (
    "shop" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "orderId" TEXT NOT NULL,
    "planLineId" TEXT NOT NULL,
    "planTitle" TEXT NOT NULL,
    "units" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL,
    "answer" TEXT,
    "answeredAt" TIMESTAMPTZ(6),
    "answeredBy" TEXT,
    "receipt" TEXT NOT NULL,
    "receiptTries" INTEGER NOT NULL DEFAULT 0,
    "receiptDueAt" TIMESTAMPTZ(6),

    CONSTRAINT "PlanRequest_pkey" PRIMARY KEY ("shop","id")
);

-- docs/decisions/0028
ALTER TABLE "PlanRequest" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "PlanRequest_shop_orderId_createdAt_idx" ON "PlanRequest"("shop", "orderId", "createdAt");
-- however often a buyer clicks: one open request for a plan line
CREATE UNIQUE INDEX "PlanRequest_open" ON "PlanRequest"("shop", "orderId", "planLineId") WHERE "answeredAt" IS NULL;
CREATE INDEX "PlanRequest_due" ON "PlanRequest"("shop", "receiptDueAt") WHERE "receiptDueAt" IS NOT NULL;
