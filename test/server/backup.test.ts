import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { hold, release } from "#app/store/hold.ts";
import { outwaitKilled } from "#test/world/killed-processes.ts";
import { startWorld, type World } from "#test/world/world.ts";
import { type Client, createClient, eventually } from "./client.ts";
import { quickTimes } from "./quick-times.ts";
import { isCounted, orderOf } from "./vogelsang.ts";

const shop = "backed-up.myshopify.com";
const undo: (() => Promise<unknown>)[] = [];
const log = createLog("silent");
const run = promisify(execFile);
let nextId = 990_000;

afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

async function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ folder, log });
  undo.push(() => postgres.stop());
  return postgres;
}

/**
 * A base backup of a running server, as pg_basebackup makes it:
 * https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
async function backUp(url: string, from: string, to: string): Promise<void> {
  const [data, copy] = [from, to].map((folder) => join(folder, "postgres/data"));
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  try {
    await session.query("SELECT pg_backup_start('nightly', fast => true)");
    const without = ["postmaster.pid", "pg_wal/*"].map(
      (name) => `--exclude=./postgres/data/${name}`,
    );
    await mkdir(to, { recursive: true });
    const pack = ["tar", "-C", `"${from}"`, ...without.map((one) => `'${one}'`), "-cf", "-", "."];
    // a file that changes meanwhile is what the log is for
    await run("sh", ["-c", `${pack.join(" ")} | tar -C "${to}" -xpf -`]);
    const { rows } = await session.query("SELECT labelfile FROM pg_backup_stop(false)");
    await writeFile(`${copy}/backup_label`, rows[0].labelfile);
    // as root, PostgreSQL's files are another user's
    const { uid, gid } = await stat(data ?? "");
    await run("cp", ["-a", `${data}/pg_wal/.`, `${copy}/pg_wal/`]);
    await run("chown", ["-R", `${uid}:${gid}`, to]);
  } finally {
    await session.end();
  }
}

/** An order is bought; answers its id and its first webhook. */
async function buy(client: Client) {
  nextId += 1;
  const order = orderOf(shop, nextId);
  const webhook = order.webhook("orders/create");
  await client.send([webhook]);
  return { id: order.id, webhook };
}

const sentTimes = (world: World, id: string) => world.hakuna.states(id).length;

it("a backup of the running database is restored, and the app goes on where it was", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backup-test-"));
  chmodSync(folder, 0o755);
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const [original, copy] = [join(folder, "original"), join(folder, "copy")];
  const first = await startPostgres(original);
  const world = await startWorld({ env: { ...quickTimes, DATABASE_URL: first.url } });
  undo.push(() => world.stop());
  const client = createClient({ ...world, databaseUrl: first.url });
  await client.connect(shop);
  const sent = await buy(client);
  await eventually("it is sent", () => sentTimes(world, sent.id) === 1);
  await client.quiet();
  await hold(client.pool, shop, "before the backup");
  const waiting = await buy(client);

  // webhooks go on coming in while it is made
  let isBusy = true;
  const meanwhile: string[] = [];
  const busy = (async () => {
    while (isBusy) {
      meanwhile.push((await buy(client)).id);
      await sleep(20);
    }
  })();
  await backUp(first.url, original, copy);
  isBusy = false;
  await busy;
  await release(client.pool, shop);
  const after = await buy(client);
  await eventually("all are sent", () =>
    [waiting.id, after.id, ...meanwhile].every((id) => sentTimes(world, id) === 1),
  );
  await client.close();
  await world.app().stop("SIGKILL");
  await first.stop();

  const second = await startPostgres(copy);
  world.env.DATABASE_URL = second.url;
  await outwaitKilled(second.url);
  await world.restart();
  const restored = createClient({ ...world, databaseUrl: second.url });
  undo.push(() => restored.close());
  expect(await restored.order(shop, sent.id)).toMatchObject({ status: "sent" });
  // held then, held now: an operator looks before anything is sent
  await eventually(
    "what waited is there",
    async () => (await restored.order(shop, waiting.id)).status === "pending",
  );
  expect(await restored.order(shop, after.id)).toEqual({});
  await release(restored.pool, shop);
  await eventually("what waited is sent once more", () => sentTimes(world, waiting.id) === 2);
  // what came after the backup is news again
  await restored.send([after.webhook]);
  await eventually("it is sent once more", () => sentTimes(world, after.id) === 2);
  await restored.quiet();
  expect(sentTimes(world, sent.id)).toBe(1);
  expect(await isCounted(restored.pool, shop)).toBe(true);
  expect(world.hakuna.violations).toEqual([]);
});
