import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { eventually } from "./client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("npm run dev starts with what Shopify's command line sets, follows the server's folders and ends quietly", async () => {
  const database = await createDatabase();
  const folder = await mkdtemp(join(tmpdir(), "hakuna-dev-"));
  const port = await freePort();
  const { PATH, HOME, TMPDIR } = process.env;
  const env: Record<string, string | undefined> = {
    ...{ PATH, HOME, ...(TMPDIR && { TMPDIR }) },
    ...{ SHOPIFY_API_KEY: "key", SHOPIFY_API_SECRET: "secret", SCOPES: "read_orders" },
    ...{ APP_URL: "https://some-tunnel.example", APP_ENV: "development", PORT: String(port) },
    ...{ DATABASE_URL: database.url, DATA_FOLDER: folder, PROOF_HOURS: "off" },
  };
  const started = spawn("npm", ["run", "dev"], {
    cwd: root,
    env: env as NodeJS.ProcessEnv,
    // a terminal's Ctrl-C reaches all of them
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const signal = (name: NodeJS.Signals) => process.kill(-(started.pid ?? 0), name);
  let output = "";
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(started, "close");
  const starts = () => output.split("listening").length - 1;
  const isReady = async () => {
    const answer = await fetch(`http://localhost:${port}/readyz`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.status === 200 || output;
  };
  try {
    await eventually("it is ready", isReady);
    for (const [index, file] of ["order/money.ts", "store/lease.ts"].entries()) {
      const now = new Date();
      await utimes(join(root, "app", file), now, now);
      await eventually(`it follows ${file}`, () => starts() === index + 2 || output);
      await eventually("it is ready again", isReady);
    }
    signal("SIGINT");
    await ended;
    // the file watcher of Node itself ended so; what bundles pages may say that it was cut short
    expect(output).not.toMatch(/Assertion|Native stack|libuv/);
  } finally {
    if (started.exitCode === null && started.signalCode === null) signal("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
    await database.drop();
  }
});
