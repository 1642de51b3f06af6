-- AlterTable
ALTER TABLE "Shop"
  ADD COLUMN "contactEmail" TEXT,
  ADD COLUMN "language" TEXT,
  ADD COLUMN "outageToldAt" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "Hold" (
    "shop" TEXT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reason" TEXT NOT NULL,

    CONSTRAINT "Hold_pkey" PRIMARY KEY ("shop")
);
