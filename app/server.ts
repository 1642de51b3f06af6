import { createServer, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { createBodies } from "#app/http/bodies.server.ts";
import { refuseKeepAlive } from "#app/http/drain.server.ts";
import { answerHealth } from "#app/http/health.server.ts";
import { mountRemix } from "#app/http/remix.server.ts";
import { takeWebhooks } from "#app/http/webhooks.server.ts";
import { openFoundations } from "#app/process/foundations.server.ts";
import { runProcess } from "#app/process/process.server.ts";

// What happens to a request, from top to bottom.
await runProcess(async (config, log) => {
  const worker = config.WORKER === "on";
  const foundations = await openFoundations(config, log, { worker });
  const app = express();
  // how often Node looks whose headers take too long; by itself every 30 s, whatever the limit
  const connectionsCheckingInterval = Math.ceil(config.HEADERS_MS / 8);
  const httpServer = createServer({ connectionsCheckingInterval }, (request, response) => {
    prepare(response);
    const take = webhooks.takerOf(request);
    if (take) void take(request, response);
    else app(request, response);
  });
  const prepare = (response: ServerResponse) => {
    refuseKeepAlive(response, foundations.run.ending);
    response.setHeader("X-Content-Type-Options", "nosniff");
    // the query of an embedded page holds a session token
    response.setHeader("Referrer-Policy", "no-referrer");
  };
  // longer than the load balancer keeps a connection: what it sends over one that is just being
  // closed here is lost
  httpServer.keepAliveTimeout = config.KEEP_ALIVE_MS;
  httpServer.headersTimeout = config.HEADERS_MS;
  app.disable("x-powered-by");
  // behind the host's proxy: its word on protocol and host counts
  app.set("trust proxy", true);

  answerHealth(app, foundations);
  const bodies = createBodies(config.body);
  const webhooks = takeWebhooks(app, foundations, bodies);
  const mode = process.env.NODE_ENV === "development" ? "development" : "production";
  await mountRemix(app, foundations.services, { mode, httpServer, bodies });

  await new Promise<void>((resolve, reject) => {
    httpServer.once("error", reject);
    httpServer.listen(config.PORT, resolve);
  });
  log.info({ port: config.PORT, worker: config.WORKER, mode }, "listening");
  return async (signal) => {
    foundations.end();
    // the load balancer needs a moment until it sends no more
    if (signal === "SIGTERM") await sleep(config.DRAIN_MS);
    const closed = new Promise((resolve) => httpServer.close(resolve));
    httpServer.closeIdleConnections();
    setTimeout(() => httpServer.closeAllConnections(), 5_000).unref();
    await closed;
    await webhooks.close();
    await foundations.close();
  };
});
