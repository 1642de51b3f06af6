import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import express from "express";
import type { Services } from "#app/services.server.ts";

declare module "@remix-run/node" {
  interface AppLoadContext extends Services {}
  interface Future {
    v3_singleFetch: true;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const clientFolder = `${root}build/client`;

/**
 * Mounts the admin pages: the built client files, then Remix. To be called last, for Remix answers
 * every path. In production the app must have been built (`npm run build`).
 *
 * Remix's bundle has its own copy of every module that it imports. What has state (database,
 * configuration, Shopify's library) therefore comes to the routes through the load context.
 */
export async function mountRemix(
  app: express.Express,
  services: Services,
  { mode, httpServer }: { mode: "production" | "development"; httpServer: Server },
): Promise<void> {
  const build = mode === "production" ? await readBuild() : await startVite(app, httpServer);
  if (mode === "production") {
    const assets = { immutable: true, maxAge: "1y", fallthrough: false };
    app.use("/assets", express.static(`${clientFolder}/assets`, assets));
    app.use(express.static(clientFolder, { maxAge: "1h" }));
  }
  app.use(boundBody);
  app.all(
    "*",
    createRequestHandler({
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
            return admin;
          },
        };
      },
    }),
  );
}

/** More than any form of the pages; Remix itself reads a body of any length into memory. */
const largestBody = 1024 * 1024;

const boundBody: express.RequestHandler = (request, response, next) => {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (encoding !== undefined) response.status(411).type("text/plain").send("Say how long it is.");
  else if (Number(length ?? 0) <= largestBody) next();
  else response.status(413).type("text/plain").send("The body is larger than 1 MB.");
};

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

async function startVite(
  app: express.Express,
  httpServer: Server,
): Promise<() => Promise<ServerBuild>> {
  const { createServer } = await import("vite");
  const vite = await createServer({
    root,
    server: { middlewareMode: true, hmr: { server: httpServer } },
  });
  app.use(vite.middlewares);
  return () => vite.ssrLoadModule("virtual:remix/server-build") as Promise<ServerBuild>;
}
