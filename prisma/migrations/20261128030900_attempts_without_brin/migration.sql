-- Attempt_shop_startedAt_idx has taken its place.
DROP INDEX CONCURRENTLY "Attempt_startedAt_idx";
