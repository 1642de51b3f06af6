// Preloaded into a process of the app: once there is a file at HUNG_ASK, what asks the queue for jobs of
// the lane "refunds" does not come back any more, as by an error that nobody has thought of.
import { existsSync } from "node:fs";
import pg from "pg";

const { prototype } = pg.Client as unknown as {
  prototype: { query(...args: unknown[]): unknown };
};
const { query } = prototype;
prototype.query = function (this: unknown, ...args: unknown[]) {
  const asked = JSON.stringify(args.slice(0, 2)) ?? "";
  const isAsking = asked.includes("SKIP LOCKED") && asked.includes("refunds");
  return isAsking && existsSync(process.env.HUNG_ASK ?? "") ? undefined : query.apply(this, args);
};
