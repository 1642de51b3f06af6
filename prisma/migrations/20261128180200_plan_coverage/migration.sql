-- Products without plans, and collections whose new products get plans. docs/decisions/0068.
CREATE TABLE "PlanCoverage" (
    "shop" TEXT NOT NULL,
    "jobId" UUID,
    "products" INTEGER NOT NULL DEFAULT 0,
    "beyond" INTEGER NOT NULL DEFAULT 0,
    "seen" INTEGER NOT NULL DEFAULT 0,
    "seenBeyond" INTEGER NOT NULL DEFAULT 0,
    "finishedAt" TIMESTAMPTZ(6),

    CONSTRAINT "PlanCoverage_pkey" PRIMARY KEY ("shop")
);

CREATE TABLE "UncoveredProduct" (
    "shop" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "jobId" UUID,

    CONSTRAINT "UncoveredProduct_pkey" PRIMARY KEY ("shop","productId")
);

CREATE TABLE "PlanFollow" (
    "shop" TEXT NOT NULL,
    "collectionId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "dueAt" TIMESTAMPTZ(6) NOT NULL,
    "isReady" BOOLEAN NOT NULL DEFAULT false,
    "lookedAt" TIMESTAMPTZ(6),
    "isGone" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "PlanFollow_pkey" PRIMARY KEY ("shop")
);

CREATE TABLE "FollowedProduct" (
    "shop" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "FollowedProduct_pkey" PRIMARY KEY ("shop","productId")
);

-- docs/decisions/0028
ALTER TABLE "PlanCoverage" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "UncoveredProduct" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "PlanFollow" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "FollowedProduct" ALTER COLUMN "shop" SET STATISTICS 0;

CREATE INDEX "UncoveredProduct_shop_title_idx" ON "UncoveredProduct"("shop", "title", "productId");
CREATE INDEX "PlanFollow_dueAt_idx" ON "PlanFollow"("dueAt");
