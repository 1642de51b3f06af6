-- The timeline in a table for each month: what was kept long enough goes with its table. The table
-- before, which the version before writes, is read until retention has emptied it.
CREATE TABLE "TimelineEvent" (
    "shop" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "source" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "TimelineEvent_pkey" PRIMARY KEY ("shop","orderId","at","source")
) PARTITION BY RANGE ("at");

CREATE TABLE "TimelineEvent_first" PARTITION OF "TimelineEvent"
  FOR VALUES FROM (MINVALUE) TO ('2027-01-01T00:00:00Z');
-- Months are cut off from it before they come (app/database/months.ts). Every time has a table.
CREATE TABLE "TimelineEvent_later" PARTITION OF "TimelineEvent"
  FOR VALUES FROM ('2027-01-01T00:00:00Z') TO (MAXVALUE);
