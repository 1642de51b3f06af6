import type { Session } from "@shopify/shopify-api";
import { PrismaSessionStorage } from "@shopify/shopify-app-session-storage-prisma";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";

/** Shopify's sessions in the app's database. */
export class SessionStorage extends PrismaSessionStorage<PrismaClient> {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    super(prisma);
    this.#prisma = prisma;
  }

  /**
   * The library holds what the database answered against an error of `@prisma/client`, which is not
   * generated here, so that nobody would hear of it: its own error says nothing of the database's.
   */
  override async storeSession(session: Session): Promise<boolean> {
    // biome-ignore lint/complexity/useLiteralKeys: the library keeps it to itself
    const row = this["sessionToRow"](session);
    await this.#prisma.session.upsert({ where: { id: row.id }, update: row, create: row });
    return true;
  }
}

/**
 * When it is made, the library looks for its table, twice within ten seconds, and remembers for good
 * that there is none. Here the migrations were applied before. A database that is away just then would
 * end the process, for nobody waits for what it found, or leave it without sessions.
 */
Object.defineProperty(SessionStorage.prototype, "pollForTable", { value: async () => undefined });
