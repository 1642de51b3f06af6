-- What an order is counted as, and the sums of that by day and month. NULL: nobody has looked at the order
-- yet, which the nightly recount does for what was stored before.
ALTER TABLE "Order" ADD COLUMN "sale" JSONB;

CREATE TABLE "SaleCount" (
    "shop" TEXT NOT NULL,
    "span" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "key" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "title" TEXT,
    "orders" INTEGER NOT NULL DEFAULT 0,
    "protected" INTEGER NOT NULL DEFAULT 0,
    "units" INTEGER NOT NULL DEFAULT 0,
    "plans" INTEGER NOT NULL DEFAULT 0,
    "refunded" INTEGER NOT NULL DEFAULT 0,
    "value" BIGINT NOT NULL DEFAULT 0,
    "returned" BIGINT NOT NULL DEFAULT 0,
    "changes" INTEGER NOT NULL DEFAULT 0,
    "recounted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "SaleCount_pkey" PRIMARY KEY ("shop","span","kind","day","key","currency")
);

-- docs/decisions/0028
ALTER TABLE "SaleCount" ALTER COLUMN "shop" SET STATISTICS 0;
