-- The returns of orders, as Shopify told them when it was asked last. docs/decisions/0061.
CREATE TABLE "OrderReturns" (
    "shop" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "returns" JSONB NOT NULL DEFAULT '[]',
    "readAt" TIMESTAMPTZ(6),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(6),

    CONSTRAINT "OrderReturns_pkey" PRIMARY KEY ("shop","orderId")
);

-- docs/decisions/0028
ALTER TABLE "OrderReturns" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "OrderReturns_due" ON "OrderReturns"("shop", "dueAt") WHERE "dueAt" IS NOT NULL;
