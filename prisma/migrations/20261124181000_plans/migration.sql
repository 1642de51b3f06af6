-- CreateTable
CREATE TABLE "PlanJob" (
    "shop" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "planIds" TEXT[],
    "collections" JSONB NOT NULL DEFAULT '[]',
    "total" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "reasonWords" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(6),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(6),
    "leaseToken" TEXT,
    "leaseUntil" TIMESTAMPTZ(6),

    CONSTRAINT "PlanJob_pkey" PRIMARY KEY ("shop","id")
);

-- CreateTable
CREATE TABLE "PlanJobProduct" (
    "shop" TEXT NOT NULL,
    "jobId" UUID NOT NULL,
    "productId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "title" TEXT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "result" JSONB,
    "endedAt" TIMESTAMPTZ(6),

    CONSTRAINT "PlanJobProduct_pkey" PRIMARY KEY ("shop","jobId","productId")
);

-- CreateTable
CREATE TABLE "ProductOffer" (
    "shop" TEXT NOT NULL,
    "productId" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "offerId" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "expiresAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "ProductOffer_pkey" PRIMARY KEY ("shop","productId","price")
);

-- CreateIndex
CREATE INDEX "PlanJobProduct_shop_jobId_position_idx" ON "PlanJobProduct"("shop", "jobId", "position");

-- CreateIndex
CREATE INDEX "ProductOffer_expiresAt_idx" ON "ProductOffer"("expiresAt");
