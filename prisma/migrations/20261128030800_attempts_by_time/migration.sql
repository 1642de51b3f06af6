-- Requests that were kept long enough are found without those that were not.
CREATE INDEX CONCURRENTLY "Attempt_shop_startedAt_idx" ON "Attempt"("shop", "startedAt");
