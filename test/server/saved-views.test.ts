import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { ask, sessionToken } from "./admin-client.ts";
import { openWorld } from "./open-world.ts";

const domain = "views.myshopify.com";
const { world, client } = await openWorld();
await client.connect(domain);

it("twenty views have room, however many are saved at once; one that is there can still be changed", async () => {
  const token = sessionToken(world, domain);
  const ids = Array.from({ length: 30 }, () => randomUUID());
  const save = async (id: string, name: string) => {
    const body = { action: "save", id, name, query: "view=attention" };
    return (await ask(world, "/app/views.data", { token, body })).status;
  };
  const statuses = await Promise.all(ids.map((id, index) => save(id, `View ${index}`)));
  const { rows } = await client.pool.query(
    `SELECT "id", "name" FROM "SavedView" WHERE "shop" = $1`,
    [domain],
  );
  expect(rows).toHaveLength(20);
  const saved = ids.filter((_, index) => statuses[index] === 200);
  expect(saved.sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(statuses.filter((status) => status !== 200)).toEqual(Array(10).fill(409));

  expect(await save(rows[0].id, "Renamed")).toBe(200);
  const renamed = await client.pool.query(
    `SELECT "name" FROM "SavedView" WHERE "shop" = $1 AND "id" = $2`,
    [domain, rows[0].id],
  );
  expect(renamed.rows[0].name).toBe("Renamed");
});
