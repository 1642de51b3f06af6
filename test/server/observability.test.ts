import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { startCollector } from "#test/simulator/collector.ts";
import { ask } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf, vogelsang } from "./vogelsang.ts";

const shop = "watched.myshopify.com";
const order = orderOf(shop, 940_001);
const collector = await startCollector();
afterAll(() => collector.close());
const { world, client } = await openWorld({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });

beforeAll(async () => {
  await client.connect(shop);
  world.hakuna.behave({ fault: { fault: { kind: "status", status: 429 }, requests: 1 } });
  await client.send([order.webhook("orders/create")]);
  await eventually("it is sent", () => world.hakuna.last(order.id) !== null);
  await client.quiet();
});

/** The samples of a text in Prometheus's format: metric, labels, value; and the names of all metrics. */
function samplesOf(text: string) {
  const samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = "", labels = "", value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, of]) => [key, of]),
      ),
      value: Number(value),
    }),
  );
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  const names = types.flatMap(([, name = "", type]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return { samples, names: new Set(names) };
}

/** The metrics that a PromQL expression reads, with the labels it asks them for. */
function selectorsOf(expression: string): { metric: string; labels: string[] }[] {
  const selectors: { metric: string; labels: string[] }[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to, name }) {
      if (type.isError) throw new Error(`This is no PromQL: ${expression}`);
      const text = expression.slice(from, to);
      if (name === "VectorSelector")
        selectors.push({ metric: text.replace(/\{.*/s, ""), labels: [] });
      if (name === "LabelName") selectors.at(-1)?.labels.push(text);
    },
  });
  return selectors;
}

const read = (file: string) =>
  readFileSync(new URL(`../../docs/operations/${file}`, import.meta.url), "utf8");
type Rule = {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook_url: string };
};
const rules: Rule[] = parse(read("alerts.yml")).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
);
const panels: { title: string; targets?: { expr: string }[] }[] = JSON.parse(
  read("dashboard.json"),
).panels;

describe("/metrics", () => {
  it("counts what happened: intake, folding, delivery, back-off", async () => {
    const { samples } = samplesOf((await ask(world, "/metrics")).text);
    const value = (name: string, labels = {}) =>
      samples.find((one) => one.name === name && matches(one.labels, labels))?.value;
    expect(value("hakuna_webhooks_total", { door: "/webhooks/orders", status: "200" })).toBe(1);
    expect(value("hakuna_webhook_seconds_count")).toBe(1);
    expect(value("hakuna_webhooks_folded_total")).toBe(1);
    expect(value("hakuna_deliveries_total", { outcome: "unavailable" })).toBe(1);
    expect(value("hakuna_deliveries_total", { outcome: "accepted" })).toBe(1);
    expect(value("hakuna_orders_delivered_total")).toBe(1);
    expect(value("hakuna_backoffs_total")).toBe(1);
    expect(value("hakuna_orders", { status: "sent" })).toBe(1);
    expect(value("hakuna_shops", { connection: "connected" })).toBe(1);
    expect(value("hakuna_inbox_oldest_seconds")).toBe(0);
    expect(value("hakuna_orders_due_oldest_seconds")).toBe(0);
    expect(value("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
    expect(value("hakuna_database_up")).toBe(1);
  });

  it("has a figure for what has not happened yet, so that an alert sees the first time", async () => {
    const { samples } = samplesOf((await ask(world, "/metrics")).text);
    const zeros = (name: string, label: string) =>
      samples
        .filter((one) => one.name === name && one.value === 0)
        .map(({ labels }) => labels[label]);
    expect(zeros("hakuna_orders", "status").sort()).toEqual([
      "blocked",
      "confirmed",
      "pending",
      "rejected",
      "skipped",
      "waiting",
    ]);
    for (const mails of ["hakuna_outage_mails_total", "hakuna_news_mails_total"]) {
      expect(zeros(mails, "result")).toEqual(["sent", "failed", "no_contact"]);
    }
    expect(zeros("hakuna_reconciliation_repairs_total", "")).toHaveLength(1);
    for (const status of ["401", "500", "503"]) {
      const doors = samples.filter(
        ({ name, labels, value }) =>
          name === "hakuna_webhooks_total" && labels.status === status && value === 0,
      );
      expect(doors.map(({ labels }) => labels.door).sort()).toEqual([
        "/webhooks/app/scopes_update",
        "/webhooks/app/uninstalled",
        "/webhooks/orders",
        "/webhooks/privacy",
        "/webhooks/returns",
      ]);
    }
  });

  it("tells how old the queue and what is due are", async () => {
    // somebody holds the lease, so nothing is done about it
    await client.pool.query(`
      INSERT INTO "Shop" ("domain", "connection", "leaseToken", "leaseUntil")
        VALUES ('aged.myshopify.com', 'connected', 'x', now() + interval '1 day');
      INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "receivedAt", "payload")
        VALUES ('aged.myshopify.com', '1', 'orders/create', now(), now() - interval '1 hour', '{}');
      INSERT INTO "Order" ("shop", "id", "status", "placedAt", "changedAt", "dueAt")
        VALUES ('aged.myshopify.com', '1', 'pending', now(), now(), now() - interval '2 hours')`);
    // and each other kind of work, an hour older than the one before
    await client.pool.query(`
      UPDATE "Order" SET "readAt" = now() - interval '3 hours' WHERE "shop" = 'aged.myshopify.com';
      INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "answeredAt", "pollAt")
        VALUES ('aged.myshopify.com', gen_random_uuid(), 1, '[]', now(), now(), now() - interval '4 hours');
      INSERT INTO "OrderScan" ("shop", "kind", "dueAt", "leaseUntil")
        VALUES ('aged.myshopify.com', 'reconciliation', now() - interval '5 hours', now() - interval '1 minute'),
          ('aged.myshopify.com', 'import', now() - interval '9 hours', now() + interval '1 day');
      INSERT INTO "PlanJob" ("shop", "id", "kind", "state", "dueAt")
        VALUES ('aged.myshopify.com', gen_random_uuid(), 'offers', 'done', now() - interval '6 hours')`);
    const { samples } = samplesOf((await ask(world, "/metrics")).text);
    const age = (name: string) => samples.find((one) => one.name === name)?.value;
    expect(age("hakuna_inbox_oldest_seconds")).toBeGreaterThanOrEqual(3600);
    expect(age("hakuna_orders_due_oldest_seconds")).toBeGreaterThanOrEqual(7200);
    const hours = (work: string) => {
      const one = samples.find(
        ({ name, labels }) => name === "hakuna_other_work_oldest_seconds" && labels.work === work,
      );
      return one && Math.floor(one.value / 3600);
    };
    // nobody is at these; the import's run is under way, and the job of plans is done
    expect([hours("read"), hours("status")]).toEqual([3, 4]);
    expect(hours("scan")).toBeLessThanOrEqual(5);
    expect([hours("plans"), hours("refund")]).toEqual([0, 0]);
    for (const table of ["InboxWebhook", "Order", "Attempt", "OrderScan", "PlanJob"]) {
      await client.pool.query(`DELETE FROM "${table}" WHERE "shop" = 'aged.myshopify.com'`);
    }
  });

  it("tells how long a review has stood still, which one that gets on does not", async () => {
    // somebody holds the lease, so nothing is done about it
    await client.pool.query(`
      INSERT INTO "Shop" ("domain", "reviewAfter", "leaseToken", "leaseUntil")
        VALUES ('reviewed.myshopify.com', '', 'x', now() + interval '1 day')`);
    const age = async () => {
      const { samples } = samplesOf((await ask(world, "/metrics")).text);
      return samples.find(({ labels }) => labels.work === "review")?.value;
    };
    expect(await age()).toBe(0);
    let before = 0;
    await eventually("it grows older", async () => {
      before = (await age()) ?? 0;
      return before > 0.1;
    });
    expect(await age()).toBeGreaterThan(before);
    await client.pool.query(
      `UPDATE "Shop" SET "reviewAfter" = '5' WHERE "domain" = 'reviewed.myshopify.com'`,
    );
    expect(await age()).toBe(0);
    await client.pool.query(`DELETE FROM "Shop" WHERE "domain" = 'reviewed.myshopify.com'`);
  });

  it.each([
    ...rules.map(({ alert, expr }) => [alert, [expr]] as const),
    ...panels.map(({ title, targets = [] }) => [title, targets.map(({ expr }) => expr)] as const),
  ])("has every metric and label that %j reads", async (_title, expressions) => {
    const { samples, names } = samplesOf((await ask(world, "/metrics")).text);
    for (const { metric, labels } of expressions.flatMap(selectorsOf)) {
      // these are Prometheus's own
      if (metric === "up") continue;
      expect(names, metric).toContain(metric);
      const shown = samples.filter(({ name }) => name === metric);
      const own = labels.filter((label) => label !== "job" && label !== "instance");
      if (shown.length === 0) continue;
      expect(Object.keys(shown[0]?.labels ?? {})).toEqual(expect.arrayContaining(own));
    }
  });

  it("every alert has a page that says what it means and what to do", () => {
    const page = read("alerts.md");
    const headings = [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
  });

  it("every alert links to its part of that page", () => {
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook_url).toBe(
        `{{ $externalLabels.runbooks }}docs/operations/alerts.md#${alert.toLowerCase()}`,
      );
    }
  });

  it("are answered by a worker too, where it is told a port", async () => {
    const port = await freePort();
    const worker = world.startProcess("app/worker.ts", { WORKER_PORT: String(port) });
    const at = (path: string) => fetch(`http://localhost:${port}${path}`);
    await eventually(
      "the worker is ready",
      async () => (await at("/readyz").catch(() => null))?.status === 200,
    );
    expect(await (await at("/metrics")).text()).toContain("hakuna_deliveries_total");
    // what follows reads the log of the server alone
    await worker.stop();
  });
});

describe("log lines", () => {
  const linesOf = (id: string) =>
    world
      .app()
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line))
      .filter(({ orders }) => orders?.includes(id));

  it("can be followed by order, with the attempt that the timeline names too", async () => {
    const lines = linesOf(order.id);
    expect(lines.map(({ msg, outcome }) => [msg, outcome])).toEqual([
      ["folded", undefined],
      ["sent", "unavailable"],
      ["sent", "accepted"],
    ]);
    expect(lines[2]).toMatchObject({ shop, httpStatus: 202, attempt: expect.any(String) });
    const { rows } = await client.pool.query(`SELECT 1 FROM "Attempt" WHERE "id" = $1`, [
      lines[2].attempt,
    ]);
    expect(rows).toHaveLength(1);
  });

  it("say what Hakuna's processing came to, by order", async () => {
    const [good, bad] = [orderOf(shop, 940_002), orderOf(shop, 940_003)];
    const failProcessing = { orders: [bad.id], error: "the reason is on the order's page" };
    world.hakuna.behave({ requestIds: true, failProcessing });
    await client.send([good.webhook("orders/create"), bad.webhook("orders/create")]);
    for (const { id } of [good, bad]) {
      const isProcessed = () => linesOf(id).some(({ msg }) => msg === "processed by Hakuna");
      await eventually("it is processed", isProcessed);
      const [{ attempt }, line] = linesOf(id).slice(-2);
      expect(line).toMatchObject({ level: "info", shop, attempt });
      expect(line.failed.includes(id)).toBe(id === bad.id);
    }
    world.hakuna.behave({});
    expect(world.app().output()).not.toContain(failProcessing.error);
  });
});

describe("traces", () => {
  it("have a span for intake, fold and delivery, without the customer", async () => {
    await eventually("the spans arrive", () =>
      ["intake", "fold", "deliver"].every((name) =>
        collector.spans.some((one) => one.name === name),
      ),
    );
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    expect(named("intake")[0]?.attributes).toMatchObject({
      door: "/webhooks/orders",
      httpStatus: 200,
    });
    expect(named("fold")[0]?.attributes).toMatchObject({ shop, webhooks: 1 });
    expect(named("deliver").map(({ attributes }) => attributes.outcome)).toContain("accepted");
    const [span] = named("deliver");
    expect(BigInt(span?.endTimeUnixNano ?? 0)).toBeGreaterThan(
      BigInt(span?.startTimeUnixNano ?? 0),
    );
    expect(JSON.stringify(collector.spans)).not.toMatch(vogelsang.trace);
  });
});

describe("without a database", () => {
  it("/metrics says so, /readyz answers 503, and both recover", async () => {
    const url = new URL(world.databaseUrl);
    const name = url.pathname.slice(1);
    url.pathname = "postgres";
    const outside = new pg.Client({ connectionString: url.href });
    await outside.connect();
    const look = async () => {
      const { names, samples } = samplesOf((await ask(world, "/metrics")).text);
      const up = samples.find(({ name }) => name === "hakuna_database_up")?.value;
      const orders = samples.some(({ name }) => name === "hakuna_orders");
      return {
        up,
        orders,
        known: names.has("hakuna_orders"),
        ready: (await ask(world, "/readyz")).status,
      };
    };
    try {
      await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await outside.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
        [name],
      );
      expect(await look()).toEqual({ up: 0, orders: false, known: true, ready: 503 });
      await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await eventually("it is back", async () => (await look()).ready === 200);
      expect(await look()).toEqual({ up: 1, orders: true, known: true, ready: 200 });
    } finally {
      await outside.end();
    }
  });
});

function matches(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
