-- Requests in a table for each month: what was kept long enough goes with its table. The table of before
-- becomes the first of them, under the same name as ever for who asks, so the version before goes on. Its
-- key and its indexes are there already, and its rows are known to belong: nothing is read, and the lock
-- is short. docs/decisions/0075.
-- allowed: of one table in use, and it reads none of it
DO $$
DECLARE
  -- at or after the month that "Attempt_before" names
  bound timestamptz := (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC';
  laid boolean := false;
BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
    SELECT EXISTS (SELECT 1 FROM citus_tables WHERE table_name = '"Attempt"'::regclass
                      AND citus_table_type = 'distributed') INTO laid;
    -- over one connection to each node, which sees what was done before
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
  END IF;

  ALTER TABLE "Attempt" DROP CONSTRAINT "Attempt_pkey";
  ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_first_pkey" PRIMARY KEY USING INDEX "Attempt_first_pkey";
  ALTER TABLE "Attempt" RENAME TO "Attempt_first";
  ALTER INDEX "Attempt_unanswered" RENAME TO "Attempt_first_unanswered";
  ALTER INDEX "Attempt_poll" RENAME TO "Attempt_first_poll";
  ALTER INDEX "Attempt_reasons" RENAME TO "Attempt_first_reasons";
  ALTER INDEX "Attempt_shop_startedAt_idx" RENAME TO "Attempt_first_shop_startedAt_idx";

  CREATE TABLE "Attempt" (
    "shop" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "orders" JSONB NOT NULL,
    "startedAt" TIMESTAMPTZ(6) NOT NULL,
    "answeredAt" TIMESTAMPTZ(6),
    "durationMs" INTEGER,
    "httpStatus" INTEGER,
    "outcome" TEXT,
    "reason" TEXT,
    "requestId" TEXT,
    "pollAt" TIMESTAMPTZ(6),
    "pollCount" INTEGER NOT NULL DEFAULT 0,
    "keyVersion" INTEGER,
    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("shop", "id", "startedAt")
  ) PARTITION BY RANGE ("startedAt");
  CREATE INDEX "Attempt_unanswered" ON "Attempt"("shop") WHERE "answeredAt" IS NULL;
  CREATE INDEX "Attempt_poll" ON "Attempt"("shop", "pollAt") WHERE "pollAt" IS NOT NULL;
  CREATE INDEX "Attempt_reasons" ON "Attempt"("shop", "startedAt") WHERE "reason" IS NOT NULL;
  CREATE INDEX "Attempt_shop_startedAt_idx" ON "Attempt"("shop", "startedAt");

  -- months are cut off from it before they come (app/database/months.ts)
  EXECUTE format('CREATE TABLE "Attempt_later" PARTITION OF "Attempt" FOR VALUES FROM (%L) TO (MAXVALUE)', bound);
  -- docs/decisions/0028, and before Citus lays the tables out, which refuses it afterwards
  ALTER TABLE "Attempt" ALTER COLUMN "shop" SET STATISTICS 0;
  ALTER TABLE "Attempt_later" ALTER COLUMN "shop" SET STATISTICS 0;

  -- a part that is distributed wants all to be
  IF laid THEN
    PERFORM create_distributed_table('"Attempt"', 'shop', colocate_with => '"Shop"');
  END IF;
  EXECUTE format('ALTER TABLE "Attempt" ATTACH PARTITION "Attempt_first" FOR VALUES FROM (MINVALUE) TO (%L)', bound);
  -- the part's own bound says the same
  ALTER TABLE "Attempt_first" DROP CONSTRAINT "Attempt_before";
END $$;
