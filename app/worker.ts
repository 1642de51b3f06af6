import { createServer } from "node:http";
import express from "express";
import { answerHealth } from "#app/http/health.server.ts";
import { openFoundations } from "#app/process/foundations.server.ts";
import { runProcess } from "#app/process/process.server.ts";

await runProcess(async (config, log) => {
  const foundations = await openFoundations(config, log, { worker: true });
  const app = express().disable("x-powered-by");
  const health = createServer(app);
  answerHealth(app, foundations);
  if (config.WORKER_PORT !== undefined) {
    await new Promise<void>((resolve, reject) => {
      health.once("error", reject);
      health.listen(config.WORKER_PORT, resolve);
    });
  }
  log.info({ port: config.WORKER_PORT ?? null }, "working");
  return async () => {
    foundations.end();
    health.close();
    health.closeAllConnections();
    await foundations.close();
  };
});
