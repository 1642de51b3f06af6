-- The key that a table in parts needs, built while the table is in use.
CREATE UNIQUE INDEX CONCURRENTLY "Attempt_first_pkey" ON "Attempt"("shop", "id", "startedAt");
