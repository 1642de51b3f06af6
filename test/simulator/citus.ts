import pg from "pg";

/**
 * Gives a database what a coordinator of Citus has for whoever distributes its tables, as Citus
 * documents it and as 13.2 answered: the extension, `citus_tables`, and the functions with their
 * refusals. No row is moved anywhere: what is asked of the tables is answered by this one server.
 *
 * @param workers nodes that were added
 */
export async function standInForCitus(url: string, workers: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(standIn(workers));
  } finally {
    await client.end();
  }
}

const standIn = (workers: number) => `
  SET allow_system_table_mods = on;
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 4294000000, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2-1';
  RESET allow_system_table_mods;

  CREATE SCHEMA citus_internal;
  CREATE TABLE citus_internal.laid (table_name regclass PRIMARY KEY, citus_table_type text NOT NULL,
    distribution_column text NOT NULL, colocation_id int NOT NULL, is_local_data_gone boolean DEFAULT false);
  CREATE SEQUENCE citus_internal.colocations;
  CREATE VIEW citus_tables AS
    SELECT table_name, citus_table_type, distribution_column, colocation_id FROM citus_internal.laid;

  CREATE FUNCTION citus_get_active_worker_nodes(OUT node_name text, OUT node_port bigint)
    RETURNS SETOF record LANGUAGE sql AS $$
      SELECT 'worker-' || n, 5432 FROM generate_series(1, ${workers}) n $$;

  CREATE FUNCTION citus_internal.require_new(t regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM citus_internal.laid l WHERE l.table_name = t) THEN
        RAISE EXCEPTION 'table % is already distributed', t;
      END IF;
    END $$;

  CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM citus_internal.require_new(table_name);
      INSERT INTO citus_internal.laid VALUES (table_name, 'reference', '<none>', 0);
    END $$;

  CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text,
      distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default',
      shard_count integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      at smallint; type oid; other citus_internal.laid; other_type oid;
    BEGIN
      PERFORM citus_internal.require_new(table_name);
      SELECT attnum, atttypid INTO at, type FROM pg_attribute
       WHERE attrelid = table_name AND attname = distribution_column;
      IF at IS NULL THEN
        RAISE EXCEPTION 'column "%" of relation % does not exist', distribution_column, table_name;
      END IF;
      IF EXISTS (SELECT 1 FROM pg_index WHERE indrelid = table_name AND (indisunique OR indisexclusion)
                    AND at <> ALL (indkey::smallint[])) THEN
        RAISE EXCEPTION 'cannot create constraint on %', table_name USING DETAIL =
          'Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not include the partition column (with an equality operator if EXCLUDE).';
      END IF;
      IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = table_name AND NOT tgisinternal) THEN
        RAISE EXCEPTION 'cannot distribute relation % because it has triggers', table_name;
      END IF;
      IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = table_name AND contype = 'f'
                    AND at <> ALL (conkey)) THEN
        RAISE EXCEPTION 'cannot create foreign key constraint' USING DETAIL =
          'Foreign keys are supported in two cases, either in between two colocated tables including partition column in the same ordinal in the both tables or from distributed to reference tables';
      END IF;
      IF colocate_with = 'none' THEN
        INSERT INTO citus_internal.laid
          VALUES (table_name, 'distributed', distribution_column, nextval('citus_internal.colocations'));
        RETURN;
      END IF;
      SELECT * INTO other FROM citus_internal.laid l WHERE l.table_name = colocate_with::regclass;
      IF other.citus_table_type IS DISTINCT FROM 'distributed' THEN
        RAISE EXCEPTION 'relation % is not distributed', colocate_with;
      END IF;
      SELECT atttypid INTO other_type FROM pg_attribute
       WHERE attrelid = other.table_name AND attname = other.distribution_column;
      IF other_type <> type THEN
        RAISE EXCEPTION 'cannot colocate tables % and %', other.table_name, table_name
          USING DETAIL = 'Distribution column types don''t match.';
      END IF;
      INSERT INTO citus_internal.laid
        VALUES (table_name, 'distributed', distribution_column, other.colocation_id);
    END $$;

  CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass)
    RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE citus_internal.laid SET is_local_data_gone = true WHERE table_name = function_name;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'supplied parameter is not a distributed relation';
      END IF;
    END $$;

  CREATE TABLE citus_internal.told (table_name regclass NOT NULL, command text NOT NULL);
  CREATE FUNCTION run_command_on_shards(table_name regclass, command text,
      OUT shardid bigint, OUT success boolean, OUT result text) RETURNS SETOF record LANGUAGE plpgsql
    SET citus.enable_ddl_propagation = off AS $$
    BEGIN
      EXECUTE format(command, table_name);
      INSERT INTO citus_internal.told VALUES (table_name, command);
      RETURN QUERY SELECT 102008::bigint, true, 'ALTER TABLE';
    END $$;

  CREATE FUNCTION citus_internal.refuse_alter() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE
      context text; asked text; is_laid boolean;
    BEGIN
      IF current_setting('citus.enable_ddl_propagation', true) = 'off' THEN
        RETURN;
      END IF;
      -- within a block each statement is one for itself
      GET DIAGNOSTICS context = PG_CONTEXT;
      asked := regexp_replace(
        coalesce(substring(context FROM 'SQL statement "(.*?)"\\nPL/pgSQL function'), current_query()),
        '--[^\\n]*|''[^'']*''', '', 'g');
      is_laid := EXISTS (
        SELECT 1 FROM regexp_matches(asked, 'ALTER TABLE ("\\w+")', 'g') altered, citus_internal.laid l
         WHERE l.table_name = to_regclass(altered[1]) OR l.table_name = (
           SELECT inhparent FROM pg_inherits WHERE inhrelid = to_regclass(altered[1])));
      IF is_laid AND asked ~ 'DETACH PARTITION .* (CONCURRENTLY|FINALIZE)' THEN
        RAISE EXCEPTION 'ALTER TABLE .. DETACH PARTITION .. CONCURRENTLY commands are currently unsupported.'
          USING ERRCODE = 'internal_error';
      END IF;
      IF is_laid AND asked ~ 'SET (STATISTICS|STORAGE)' THEN
        RAISE EXCEPTION 'alter table command is currently unsupported' USING ERRCODE = 'feature_not_supported';
      END IF;
      IF is_laid AND asked ~ ';\\s*\\S' THEN
        RAISE EXCEPTION 'cannot insert multiple commands into a prepared statement'
          USING ERRCODE = 'syntax_error';
      END IF;
    END $$;
  CREATE EVENT TRIGGER citus_refuse_alter ON ddl_command_start WHEN TAG IN ('ALTER TABLE')
    EXECUTE FUNCTION citus_internal.refuse_alter();`;
