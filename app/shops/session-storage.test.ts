import { PrismaPg } from "@prisma/adapter-pg";
import { Session } from "@shopify/shopify-api";
import { expect, it, vi } from "vitest";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { SessionStorage } from "./session-storage.ts";

/** Nobody listens there. */
const away = () =>
  new PrismaClient({
    adapter: new PrismaPg({ connectionString: "postgresql://localhost:1/none" }),
  });

it("is there although the database is away when it is made", async () => {
  const log = vi.spyOn(console, "log");
  const storage = new SessionStorage(away());
  const error = await storage.loadSession("offline_shop").catch((err: unknown) => err);
  expect(isDatabaseTrouble(error)).toBe(true);
  expect(log).not.toHaveBeenCalled();
});

it("says what the database answered when a session cannot be stored", async () => {
  const shop = "some.myshopify.com";
  const session = new Session({ id: `offline_${shop}`, shop, state: "", isOnline: false });
  const storage = new SessionStorage(away());
  const error = await storage.storeSession(session).catch((err: unknown) => err);
  expect(isDatabaseTrouble(error)).toBe(true);
});
