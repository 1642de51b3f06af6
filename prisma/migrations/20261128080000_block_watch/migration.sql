-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "blockByHand" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "blockGone" TEXT,
ADD COLUMN     "blockGoneAt" TIMESTAMPTZ(6),
ADD COLUMN     "blockLookedAt" TIMESTAMPTZ(6);
