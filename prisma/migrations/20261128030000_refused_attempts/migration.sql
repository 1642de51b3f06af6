-- What a feed refused lately is found without reading all that it ever answered.
CREATE INDEX CONCURRENTLY "Attempt_refused" ON "Attempt"("shop", "startedAt")
  WHERE "outcome" = 'invalid';
