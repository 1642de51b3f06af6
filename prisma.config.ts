import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { defineConfig } from "prisma/config";

// The client runs on the pg adapter and the schema engine on WebAssembly, so no native engine is
// ever loaded: any existing file named here keeps Prisma from downloading one.
process.env.PRISMA_QUERY_ENGINE_LIBRARY ??= process.execPath;

/** PostgreSQL's catalogues answer `name` and `"char"` columns, which the adapter refuses: text here. */
class CatalogClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // biome-ignore lint/complexity/useLiteralKeys: `connection` is not in pg's types
    const connection = (this as unknown as Record<string, NodeJS.EventEmitter>)["connection"];
    connection?.prependListener(
      "rowDescription",
      (message: { fields: { dataTypeID: number }[] }) => {
        for (const field of message.fields) {
          if ([18, 19, 194].includes(field.dataTypeID)) field.dataTypeID = 25;
          if ([1002, 1003].includes(field.dataTypeID)) field.dataTypeID = 1009;
        }
      },
    );
  }
}

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  engine: "js",
  experimental: { adapter: true },
  adapter: async () =>
    new PrismaPg(
      new pg.Pool({
        ...{ connectionString: process.env.DATABASE_URL, Client: CatalogClient },
        // a statement of a migration may take long, a peer that has vanished may not
        ...{
          connectionTimeoutMillis: 10_000,
          keepAlive: true,
          keepAliveInitialDelayMillis: 10_000,
        },
      }),
    ),
});
