-- The nightly proof of agreement: how far a shop's is, and what the last one came to.
CREATE TABLE "Proof" (
    "shop" TEXT NOT NULL,
    "dueAt" TIMESTAMPTZ(6),
    "asked" BOOLEAN NOT NULL DEFAULT false,
    "running" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" TIMESTAMPTZ(6),
    "finishedAt" TIMESTAMPTZ(6),
    "through" TIMESTAMPTZ(6),
    "cursor" TEXT NOT NULL DEFAULT '',
    "sample" TEXT[],
    "oldFrom" INTEGER NOT NULL DEFAULT 0,
    "oldEnds" BOOLEAN NOT NULL DEFAULT false,
    "position" INTEGER NOT NULL DEFAULT 0,
    "points" INTEGER NOT NULL DEFAULT 0,
    "checked" INTEGER NOT NULL DEFAULT 0,
    "differed" INTEGER NOT NULL DEFAULT 0,
    "lastChecked" INTEGER NOT NULL DEFAULT 0,
    "lastDiffered" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "leaseToken" TEXT,
    "leaseUntil" TIMESTAMPTZ(6),

    CONSTRAINT "Proof_pkey" PRIMARY KEY ("shop")
);

CREATE INDEX "Proof_due" ON "Proof"("dueAt") WHERE "dueAt" IS NOT NULL;

-- Orders of which a proof found a difference: one that comes back is an alert.
CREATE TABLE "OrderDifference" (
    "shop" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "kinds" TEXT NOT NULL,
    "times" INTEGER NOT NULL,
    "firstAt" TIMESTAMPTZ(6) NOT NULL,
    "lastAt" TIMESTAMPTZ(6) NOT NULL,
    "agreedAt" TIMESTAMPTZ(6),

    CONSTRAINT "OrderDifference_pkey" PRIMARY KEY ("shop","orderId")
);

-- docs/decisions/0028
ALTER TABLE "Proof" ALTER COLUMN "shop" SET STATISTICS 0;
ALTER TABLE "OrderDifference" ALTER COLUMN "shop" SET STATISTICS 0;
