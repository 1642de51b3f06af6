-- How many orders the tab To refund holds.
ALTER TABLE "OrderCount" ADD COLUMN "refund" INTEGER NOT NULL DEFAULT 0;
