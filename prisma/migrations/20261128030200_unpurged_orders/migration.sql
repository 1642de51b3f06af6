-- Orders whose time is over are found without those whose time is not, and without tombstones.
CREATE INDEX CONCURRENTLY "Order_unpurged"
  ON "Order"("shop", least("planUnits", 1), "changedAt", "id") WHERE "purgedAt" IS NULL;
