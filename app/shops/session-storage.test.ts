import { PrismaPg } from "@prisma/adapter-pg";
import { expect, it, vi } from "vitest";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { SessionStorage } from "./session-storage.ts";

it("is there although the database is away when it is made", async () => {
  const log = vi.spyOn(console, "log");
  // nobody listens there
  const adapter = new PrismaPg({ connectionString: "postgresql://localhost:1/none" });
  const storage = new SessionStorage(new PrismaClient({ adapter }));
  const error = await storage.loadSession("offline_shop").catch((err: unknown) => err);
  expect(isDatabaseTrouble(error)).toBe(true);
  expect(log).not.toHaveBeenCalled();
});
