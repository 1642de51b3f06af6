import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClient } from "#app/database/connection.server.ts";
import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { demoExtent } from "#test/demo/shop-life.ts";
import { compileCache } from "#test/world/app-process.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hakuna-demo-"));
  // as root, PostgreSQL runs as another user, who must reach the folder
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the demo to its end, or until it says something, and is ended with the signal. */
function demo(end?: {
  signal: NodeJS.Signals;
  when: RegExp;
}): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const { PATH, HOME } = process.env;
    const env = {
      NODE_ENV: "production" as const,
      PATH,
      HOME,
      DATA_FOLDER: folder,
      DEMO_SECONDS: "3",
      ...compileCache,
    };
    const child = spawn(process.execPath, ["test/demo/demo.ts"], {
      env: end ? env : { ...env, DEMO_EXIT: "1" },
    });
    let output = "";
    const read = (text: Buffer) => {
      output += text;
      if (end?.when.test(output)) child.kill(end.signal);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** What the database holds of the demo's orders. */
async function orders(): Promise<{ all: number; attention: number }> {
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, "demo", "postgres"),
    log: createLog("silent"),
  });
  const client = openClient(postgres.url, "demo-test");
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT count(*)::int AS "all", (count(*) FILTER (WHERE "needsAttention"))::int AS "attention"
         FROM "Order"`,
    );
    return rows[0];
  } finally {
    await client.end();
    await postgres.stop();
  }
}

describe("npm run demo", () => {
  it.each([
    ["SIGINT", /The admin page:/],
    ["SIGKILL", /orders of the last weeks arrive/],
  ] as const)("starts, and ends on %s", async (signal, when) => {
    const { code, output } = await demo({ signal, when });
    expect(output).toContain("The admin page:");
    expect(code).toBe(signal === "SIGKILL" ? null : 0);
  });

  it("begins anew after that, plays the hour, prints address and orders, and ends by itself", async () => {
    const { code, output } = await demo();
    expect(output).toMatch(/The admin page: {2}http:\/\/localhost:\d+/);
    expect(output).toMatch(/The storefront: {2}http:\/\/localhost:\d+/);
    expect(output).toMatch(/ {2}placed {5}.* \+ plan/);
    expect(output).toMatch(/The hour is over: \d+ webhooks, \d+ orders at Hakuna/);
    expect(code).toBe(0);
    const [, past] = /(\d+) orders of the last weeks/.exec(output) ?? [];
    expect(await orders()).toEqual({ all: Number(past) + demoExtent.hourly, attention: 3 });
  });
});
