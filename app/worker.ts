import { runProcess } from "./process.server.ts";
import { openFoundations } from "./services.server.ts";

await runProcess(async (config, log) => {
  const foundations = await openFoundations(config, log, { worker: true });
  log.info("working");
  return foundations.close;
});
