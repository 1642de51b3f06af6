import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { createLog } from "#app/foundation/log.server.ts";

// A process that uses the embedded PostgreSQL in the folder that it is given, until its standard
// input ends. It writes the address, and then that it stopped.
const log = createLog("silent");
const postgres = await startEmbeddedPostgres({ folder: process.argv[2] ?? "", log });
console.log(postgres.url);
process.stdin.resume().once("end", async () => {
  await postgres.stop();
  console.log("stopped");
});
