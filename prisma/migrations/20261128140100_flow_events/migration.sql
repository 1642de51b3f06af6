-- What Shopify Flow is still to be told: a row is deleted when Shopify has taken it.
CREATE TABLE "FlowEvent" (
    "shop" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "units" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(6) NOT NULL,
    "dueAt" TIMESTAMPTZ(6) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "FlowEvent_pkey" PRIMARY KEY ("shop","trigger","orderId","revision")
);

CREATE INDEX "FlowEvent_shop_dueAt_idx" ON "FlowEvent"("shop", "dueAt");

-- docs/decisions/0028
ALTER TABLE "FlowEvent" ALTER COLUMN "shop" SET STATISTICS 0;
