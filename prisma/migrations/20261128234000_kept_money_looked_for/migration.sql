-- Shops that are there have cancelled orders of which nobody took down whether their payment was kept.
ALTER TABLE "Shop"
  ADD COLUMN "keptLookAt" TIMESTAMPTZ(6) DEFAULT '2026-11-28 00:00:00+00',
  ADD COLUMN "keptAfter" TEXT NOT NULL DEFAULT '';
