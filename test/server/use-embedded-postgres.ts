import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { createLog } from "#app/foundation/log.server.ts";

// A process that uses the embedded PostgreSQL in the folder that it is given, until its standard
// input ends. It writes the address, and then that it stopped, or why it cannot go on.
const log = createLog("silent");
const onLost = (error: unknown): never => {
  console.log(error instanceof Error ? error.message : String(error));
  process.exit(1);
};
const folder = process.argv[2] ?? "";
const postgres = await startEmbeddedPostgres({ folder, log, onLost }).catch(onLost);
console.log(postgres.url);
process.stdin.resume().once("end", async () => {
  await postgres.stop();
  console.log("stopped");
});
