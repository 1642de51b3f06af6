-- Every offer that a plan's variant ever had: what was sold is held against it.
CREATE TABLE "PlanOffer" (
    "shop" TEXT NOT NULL,
    "planVariantId" TEXT NOT NULL,
    "offerId" TEXT NOT NULL,
    "planId" TEXT NOT NULL,
    "productId" TEXT,
    "productPrice" BIGINT,
    "price" BIGINT,
    "currency" TEXT,
    "country" TEXT,
    "termMonths" INTEGER,
    "knownFrom" TIMESTAMPTZ(6) NOT NULL,
    "currentFrom" TIMESTAMPTZ(6),
    "validUntil" TIMESTAMPTZ(6),

    CONSTRAINT "PlanOffer_pkey" PRIMARY KEY ("shop","planVariantId","offerId","planId")
);

CREATE INDEX "PlanOffer_shop_productId_idx" ON "PlanOffer"("shop", "productId");

-- docs/decisions/0028
ALTER TABLE "PlanOffer" ALTER COLUMN "shop" SET STATISTICS 0;

-- what was decided for a plan whose ids were not those of its variant: line item id → ids
ALTER TABLE "OrderDocument" ADD COLUMN "coverIds" JSONB NOT NULL DEFAULT '{}';
-- pairs that Hakuna had accepted when a pairing rule changed: they stay (null is not looked at yet)
ALTER TABLE "OrderDocument" ADD COLUMN "agreedPairs" JSONB;
-- when a person cancelled an order at Hakuna that was deleted in Shopify
ALTER TABLE "Order" ADD COLUMN "cancelledByHandAt" TIMESTAMPTZ(6);
