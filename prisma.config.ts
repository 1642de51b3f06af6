import { defineConfig } from "prisma/config";
import { MigrationAdapter } from "./prisma/migration-adapter.ts";

// The client runs on the pg adapter and the schema engine on WebAssembly, so no native engine is
// ever loaded: any existing file named here keeps Prisma from downloading one.
process.env.PRISMA_QUERY_ENGINE_LIBRARY ??= process.execPath;

const { MIGRATION_DATABASE_URL, DATABASE_DIRECT_URL, DATABASE_URL, MIGRATION_LOCK_MS } =
  process.env;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  engine: "js",
  experimental: { adapter: true },
  adapter: async () =>
    new MigrationAdapter(
      MIGRATION_DATABASE_URL || DATABASE_DIRECT_URL || DATABASE_URL,
      Number(MIGRATION_LOCK_MS || 600_000),
    ),
});
