import type { Server } from "node:http";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import express from "express";
import type { Services } from "#app/services.server.ts";
import { addressesOf } from "./addresses.server.ts";
import { answerPlainly } from "./answers.server.ts";
import { type Bodies, BodyAborted, BodyRefused } from "./bodies.server.ts";
import { addressAt, answerErrors, refuseOdd } from "./odd-requests.server.ts";
import { orBusy } from "./or-busy.server.ts";
import { boundRenders } from "./renders.server.ts";

declare module "@remix-run/node" {
  interface AppLoadContext extends Services {}
  interface Future {
    v3_singleFetch: true;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const clientFolder = `${root}build/client`;

/** More than any form of the pages; Remix itself reads a body of any length into memory. */
const largestBody = 1024 * 1024;

/**
 * Mounts the admin pages: the built client files, then Remix. To be called last, for all other
 * addresses are answered here. In production the app must have been built (`npm run build`).
 *
 * Remix's bundle has its own copy of every module that it imports. What has state (database,
 * configuration, Shopify's library) therefore comes to the routes through the load context.
 */
export async function mountRemix(
  app: express.Express,
  services: Services,
  {
    mode,
    httpServer,
    bodies,
  }: { mode: "production" | "development"; httpServer: Server; bodies: Bodies },
): Promise<void> {
  const { log, config, run } = services;
  const { hostname } = new URL(config.SHOPIFY_APP_URL);
  const built =
    mode === "production" ? await readBuild() : await startVite(app, httpServer, hostname);
  const build =
    typeof built === "function" ? async () => orBusy(await built(), log) : orBusy(built, log);
  if (mode === "production") {
    const assets = { immutable: true, maxAge: "1y", fallthrough: false };
    app.use("/assets", express.static(`${clientFolder}/assets`, assets));
    app.use(express.static(clientFolder, { maxAge: "1h" }));
  }
  if (typeof build === "function") {
    app.use(refuseOdd(async (path) => addressesOf(await build())(path), log));
  } else {
    app.use(refuseOdd(addressesOf(build), log));
  }
  const render = boundRenders(config.pageConcurrency, run.metrics);
  app.use((request, response, next) => {
    if (addressAt(response)?.kind === "page") render(request, response, next);
    else next();
  });
  app.use((_request, response, next) => {
    // customers' names stand on pages, in their data and in files: nobody between keeps them
    response.set("Cache-Control", "no-store");
    next();
  });
  const handle = createRequestHandler({
    build,
    mode,
    getLoadContext() {
      // Parent and child loaders of one request share one authentication: each would exchange a
      // token of its own on the first visit.
      let admin: ReturnType<Services["authenticateAdmin"]> | undefined;
      return {
        ...services,
        authenticateAdmin(request) {
          admin ??= services.authenticateAdmin(request);
          // and each reads its own copy of the answer that they are turned away with
          return admin.catch((error: unknown) => {
            throw error instanceof Response ? error.clone() : error;
          });
        },
      };
    },
  });
  app.all("*", async (request, response, next) => {
    if (request.method !== "POST") return handle(request, response, next);
    try {
      const body = await bodies.read(request, largestBody);
      await handle(withBody(request, body), response, next);
    } catch (error) {
      if (error instanceof BodyAborted) return;
      if (!(error instanceof BodyRefused)) return next(error);
      const { status, message } = error;
      log.warn({ status, path: request.path }, "the body of a request was not taken");
      answerPlainly(request, response, status, message);
    }
  });
  app.use(answerErrors(log));
}

/** The request as Remix looks at it, its body read. */
function withBody(request: express.Request, body: Buffer): express.Request {
  const { method, headers, originalUrl, protocol, hostname } = request;
  const get = request.get.bind(request);
  const seen = { method, headers, originalUrl, protocol, hostname, get };
  return Object.assign(Readable.from([body]), seen) as unknown as express.Request;
}

async function readBuild(): Promise<ServerBuild> {
  const file = new URL("../../build/server/index.js", import.meta.url);
  try {
    return (await import(file.href)) as ServerBuild;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") {
      throw new Error("The admin pages are not built. Run `npm run build` first.", {
        cause: error,
      });
    }
    throw error;
  }
}

/** @param hostname of the tunnel to this machine: Vite answers nothing to one that it is not told */
async function startVite(
  app: express.Express,
  httpServer: Server,
  hostname: string,
): Promise<() => Promise<ServerBuild>> {
  const { createServer } = await import("vite");
  const own = process.listeners("SIGTERM");
  const vite = await createServer({
    root,
    server: { middlewareMode: true, hmr: { server: httpServer }, allowedHosts: [hostname] },
  });
  // Remix starts a second one, which would end the process before the app has ended in order: the
  // embedded PostgreSQL would run on
  for (const listener of process.listeners("SIGTERM")) {
    if (!own.includes(listener)) process.off("SIGTERM", listener);
  }
  app.use(vite.middlewares);
  return () => vite.ssrLoadModule("virtual:remix/server-build") as Promise<ServerBuild>;
}
