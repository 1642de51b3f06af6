import type { Express } from "express";
import { addDatabaseMetrics } from "#app/database/database-metrics.server.ts";
import { pendingMigrations } from "#app/database/migrations.server.ts";
import { withinTime } from "#app/foundation/time-limit.ts";
import type { Foundations } from "#app/services.server.ts";

/**
 * `/healthz`: the process is alive. `/readyz`: the database answers, all migrations are applied, work
 * is being found, and the process is not ending: send it requests. `/metrics`: figures for
 * Prometheus, of this process and over all shops, without any shop's name.
 */
export function answerHealth(app: Express, { services, run, sweeps }: Foundations): void {
  const { log, config } = services;
  const answerMs = config.database.connectMs;

  app.get("/healthz", (_request, response) => {
    response.type("text/plain").send("ok");
  });

  app.get("/readyz", async (_request, response) => {
    const answer = (status: number, text: string) =>
      response.status(status).type("text/plain").send(text);
    if (run.ending.aborted) return answer(503, "The process is ending.");
    try {
      const look = pendingMigrations(async (text) => {
        const query = { text, query_timeout: answerMs };
        return (await run.pool.query<{ name: string }>(query)).rows;
      });
      const pending = await withinTime(look, answerMs, "A look at the database");
      if (pending.length > 0) return answer(503, `Migrations are missing: ${pending.length}.`);
    } catch (err) {
      log.warn({ err }, "not ready: the database does not answer");
      return answer(503, "The database does not answer.");
    }
    const behindMs = sweeps.behindMs();
    if (behindMs !== null && behindMs > config.worker.sweepStaleMs) {
      log.warn({ behindMs: Math.round(behindMs) }, "not ready: the sweep does not go well");
      const seconds = Math.round(behindMs / 1000);
      return answer(503, `The last sweep that went well was ${seconds} seconds ago.`);
    }
    const silent = sweeps.silentLane();
    const silentMs = silent === null ? 0 : performance.now() - silent.since;
    if (silent !== null && silentMs > config.worker.sweepStaleMs) {
      const { lane } = silent;
      log.warn(
        { lane, silentMs: Math.round(silentMs) },
        "not ready: a lane asks for no jobs or lost places",
      );
      const seconds = Math.round(silentMs / 1000);
      return answer(
        503,
        `The lane ${lane} last asked for jobs with all its places ${seconds} seconds ago.`,
      );
    }
    answer(200, "ready");
  });

  const { registry } = run.metrics;
  const readTables = addDatabaseMetrics(registry, run.pool, log, answerMs);
  app.get("/metrics", async (_request, response) => {
    await readTables();
    response.type(registry.contentType).send(await registry.metrics());
  });
}
