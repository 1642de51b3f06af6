import type { ServerBuild } from "@remix-run/node";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";

type Route = NonNullable<ServerBuild["routes"][string]>;

/**
 * The pages as they are built, but that whatever is asked of them answers 503 where the database is
 * in trouble, or where somebody holds what is read or changed for longer than one waits for it: that
 * is no fault of the page's, and it can be asked again.
 */
export function orBusy(build: ServerBuild, log: Logger): ServerBuild {
  const answering =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    async (...args: A): Promise<Awaited<R>> => {
      try {
        return await work(...args);
      } catch (err) {
        if (!isDatabaseTrouble(err)) throw err;
        log.warn({ err }, "a page was answered 503");
        throw new Response("Please try again in a moment.", {
          status: 503,
          headers: { "Retry-After": "5" },
        });
      }
    };
  const wrapped = (route: Route): Route => {
    const { loader, action } = route.module;
    const module = {
      ...route.module,
      ...(loader && { loader: answering(loader) }),
      ...(action && { action: answering(action) }),
    };
    return { ...route, module };
  };
  const routes = Object.entries(build.routes).map(([id, route]) => [id, route && wrapped(route)]);
  return { ...build, routes: Object.fromEntries(routes) };
}
