import type { Express } from "express";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { migrationsPending } from "./db.server.ts";
import type { Foundations } from "./services.server.ts";

/**
 * `/healthz`: the process is alive. `/readyz`: the database answers and all migrations are applied.
 * `/metrics`: figures for Prometheus, over all shops, without any shop's name.
 */
export function answerHealth(app: Express, { services: { prisma, log }, run }: Foundations): void {
  app.get("/healthz", (_request, response) => {
    response.type("text/plain").send("ok");
  });

  app.get("/readyz", async (_request, response) => {
    try {
      const pending = await migrationsPending(prisma);
      if (pending.length === 0) response.type("text/plain").send("ready");
      else
        response.status(503).type("text/plain").send(`Migrations are missing: ${pending.length}.`);
    } catch (err) {
      log.warn({ err }, "not ready: the database does not answer");
      response.status(503).type("text/plain").send("The database does not answer.");
    }
  });

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[], sql: string) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const { rows } = await run.pool.query<{ label: string; value: number }>(sql);
        this.reset();
        for (const { label, value } of rows) {
          if (labelNames[0]) this.set({ [labelNames[0]]: label }, value);
          else this.set(value);
        }
      },
    });
  gauge(
    "hakuna_orders",
    "Orders by sync status",
    ["status"],
    `SELECT "status"::text AS label, sum("count")::float8 AS value FROM "OrderCount" GROUP BY 1`,
  );
  gauge(
    "hakuna_shops",
    "Shops by the state of their connection to Hakuna",
    ["connection"],
    `SELECT "connection"::text AS label, count(*)::float8 AS value FROM "Shop" GROUP BY 1`,
  );
  gauge(
    "hakuna_shops_backing_off",
    "Shops that wait because the feed could not be reached",
    [],
    `SELECT '' AS label, count(*)::float8 AS value FROM "Shop" WHERE "backoffUntil" > now()`,
  );
  gauge(
    "hakuna_inbox_unfolded",
    "Webhooks that are stored but not folded yet",
    [],
    `SELECT '' AS label, count(*)::float8 AS value FROM "InboxWebhook"
      WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL`,
  );
  gauge(
    "hakuna_inbox_quarantined",
    "Webhooks that could not be folded",
    [],
    `SELECT '' AS label, count(*)::float8 AS value FROM "InboxWebhook" WHERE "quarantinedAt" IS NOT NULL`,
  );
  app.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
}
