-- allowed throughout: before the first release
-- CreateEnum
CREATE TYPE "ScanKind" AS ENUM ('reconciliation', 'import');

-- AlterTable
ALTER TABLE "Order" ADD COLUMN "imported" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "ShopDay" ADD COLUMN "recovered" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "OrderScan" (
    "shop" TEXT NOT NULL,
    "kind" "ScanKind" NOT NULL,
    "dueAt" TIMESTAMPTZ(6),
    "running" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" TIMESTAMPTZ(6),
    "finishedAt" TIMESTAMPTZ(6),
    "cancelledAt" TIMESTAMPTZ(6),
    "through" TIMESTAMPTZ(6),
    "since" TIMESTAMPTZ(6),
    "bound" TIMESTAMPTZ(6),
    "reached" TIMESTAMPTZ(6),
    "after" TEXT,
    "listed" INTEGER NOT NULL DEFAULT 0,
    "read" INTEGER NOT NULL DEFAULT 0,
    "found" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "oldest" TIMESTAMPTZ(6),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "pausedReason" TEXT,
    "pausedWords" TEXT,
    "pausedSince" TIMESTAMPTZ(6),
    "leaseToken" TEXT,
    "leaseUntil" TIMESTAMPTZ(6),

    CONSTRAINT "OrderScan_pkey" PRIMARY KEY ("shop","kind")
);

-- What shops sell now is sent before what an import brings, however much that is.
CREATE INDEX "Order_due_live" ON "Order"("shop", "dueAt") WHERE "dueAt" IS NOT NULL AND NOT "imported";
CREATE INDEX "OrderScan_due" ON "OrderScan"("dueAt") WHERE "dueAt" IS NOT NULL;
