-- What the table holds, and what is added to it until it is one of several, began before the month after
-- next: known without reading the table, it becomes a part of them at once. Until then requests are
-- written with the time that it is, so nothing is refused where the migrations that follow come within a
-- month. In a block each statement is one for itself, as Citus wants what it passes on to its nodes.
-- allowed: adds one constraint, NOT VALID
DO $$
BEGIN
  EXECUTE format('ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_before" CHECK ("startedAt" < %L) NOT VALID',
    (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC');
END $$;
