-- AlterTable
ALTER TABLE "Shop"
  ADD COLUMN "keyVersion" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "reviewRefused" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN "keyVersion" INTEGER;
