-- Returns of orders with plans that are asked for or open. docs/decisions/0061.
CREATE TABLE "OrderReturn" (
    "shop" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "orderId" TEXT,
    "status" TEXT,
    "isExchange" BOOLEAN NOT NULL DEFAULT false,
    "units" JSONB NOT NULL DEFAULT '[]',
    "dueAt" TIMESTAMPTZ(6),
    "tries" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "OrderReturn_pkey" PRIMARY KEY ("shop","id")
);

-- docs/decisions/0028
ALTER TABLE "OrderReturn" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "OrderReturn_shop_orderId_idx" ON "OrderReturn"("shop", "orderId");
CREATE INDEX "OrderReturn_due" ON "OrderReturn"("shop", "dueAt") WHERE "dueAt" IS NOT NULL;
