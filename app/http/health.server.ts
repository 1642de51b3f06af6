import type { Express } from "express";
import { addDatabaseMetrics } from "#app/database/database-metrics.server.ts";
import { migrationsPending } from "#app/db.server.ts";
import type { Foundations } from "#app/services.server.ts";

/**
 * `/healthz`: the process is alive. `/readyz`: the database answers, all migrations are applied and
 * the process is not ending: send it requests. `/metrics`: figures for Prometheus, of this process
 * and over all shops, without any shop's name.
 */
export function answerHealth(app: Express, { services, run }: Foundations): void {
  const { prisma, log } = services;

  app.get("/healthz", (_request, response) => {
    response.type("text/plain").send("ok");
  });

  app.get("/readyz", async (_request, response) => {
    const answer = (status: number, text: string) =>
      response.status(status).type("text/plain").send(text);
    if (run.ending.aborted) return answer(503, "The process is ending.");
    try {
      const pending = await migrationsPending(prisma);
      if (pending.length === 0) answer(200, "ready");
      else answer(503, `Migrations are missing: ${pending.length}.`);
    } catch (err) {
      log.warn({ err }, "not ready: the database does not answer");
      answer(503, "The database does not answer.");
    }
  });

  const { registry } = run.metrics;
  const readTables = addDatabaseMetrics(registry, run.pool, log);
  app.get("/metrics", async (_request, response) => {
    await readTables();
    response.type(registry.contentType).send(await registry.metrics());
  });
}
