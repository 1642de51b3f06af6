-- A payload is read once and then let go of: to compress it costs more than the rest of its INSERT.
-- Citus refuses to be told so of a table that it has laid out: there it is told to the table on the
-- coordinator alone, of which a part is made that moves to another node, and to each part by itself.
-- allowed: what is stored stays as it is
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
    IF EXISTS (SELECT 1 FROM citus_tables WHERE table_name = '"InboxWebhook"'::regclass
                  AND citus_table_type = 'distributed') THEN
      PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
      ALTER TABLE "InboxWebhook" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
      PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
      IF EXISTS (SELECT 1 FROM run_command_on_shards('"InboxWebhook"',
                   'ALTER TABLE %s ALTER COLUMN "payload" SET STORAGE EXTERNAL') WHERE NOT success) THEN
        RAISE EXCEPTION 'a part of "InboxWebhook" did not take its storage';
      END IF;
      RETURN;
    END IF;
  END IF;
  ALTER TABLE "InboxWebhook" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
END $$;
