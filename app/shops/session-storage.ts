import { PrismaSessionStorage } from "@shopify/shopify-app-session-storage-prisma";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";

/** Shopify's sessions in the app's database. */
export class SessionStorage extends PrismaSessionStorage<PrismaClient> {}

/**
 * When it is made, the library looks for its table, twice within ten seconds, and remembers for good
 * that there is none. Here the migrations were applied before. A database that is away just then would
 * end the process, for nobody waits for what it found, or leave it without sessions.
 */
Object.defineProperty(SessionStorage.prototype, "pollForTable", { value: async () => undefined });
