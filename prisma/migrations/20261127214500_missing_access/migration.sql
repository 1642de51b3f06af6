ALTER TABLE "Shop" ADD COLUMN "missingAccess" TEXT;
