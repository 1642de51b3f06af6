-- Of a shop that comes from now on it is taken down with each order.
-- allowed: it changes a word of the catalog and reads no row
ALTER TABLE "Shop" ALTER COLUMN "keptLookAt" DROP DEFAULT;
