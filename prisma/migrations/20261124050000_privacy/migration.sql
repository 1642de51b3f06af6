-- allowed throughout: before the first release, nobody runs an older version
-- AlterTable
ALTER TABLE "Shop"
  ADD COLUMN "sendOlderOrders" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "installedAt" TIMESTAMPTZ(6),
  ADD COLUMN "installSeenAt" TIMESTAMPTZ(6),
  ADD COLUMN "reinstalledAt" TIMESTAMPTZ(6),
  ADD COLUMN "uninstalledAt" TIMESTAMPTZ(6),
  ADD COLUMN "eraseAt" TIMESTAMPTZ(6),
  ADD COLUMN "scopes" TEXT,
  ADD COLUMN "scopesAt" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "Order" ADD COLUMN "purgedAt" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "DataRequest" (
    "shop" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "customerId" TEXT,
    "orders" TEXT[],
    "requestedAt" TIMESTAMPTZ(6) NOT NULL,
    "answeredAt" TIMESTAMPTZ(6),

    CONSTRAINT "DataRequest_pkey" PRIMARY KEY ("shop","id")
);

-- Rows come in the order of these times, so a BRIN index costs their writers next to nothing.
-- CreateIndex
CREATE INDEX "InboxWebhook_receivedAt_idx" ON "InboxWebhook" USING BRIN ("receivedAt");

-- CreateIndex
CREATE INDEX "Attempt_startedAt_idx" ON "Attempt" USING BRIN ("startedAt");

-- CreateIndex
CREATE INDEX "OrderEvent_at_idx" ON "OrderEvent" USING BRIN ("at");
