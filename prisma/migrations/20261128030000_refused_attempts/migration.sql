-- What a feed refused lately, and its words, are found without reading all that it ever answered.
CREATE INDEX CONCURRENTLY "Attempt_reasons" ON "Attempt"("shop", "startedAt")
  WHERE "reason" IS NOT NULL;
