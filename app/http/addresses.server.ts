import type { ServerBuild } from "@remix-run/node";
import { type AgnosticRouteObject, matchRoutes } from "@remix-run/router";

/** What stands at an address: a page, which is rendered, or data alone. */
export type Address = { kind: "page" | "data"; takesOtherOrigins: boolean };

/**
 * Tells the app's addresses by Remix's own routes, in the way Remix does: with single fetch, a page's
 * data is at its path with `.data` behind it.
 *
 * @returns null where nothing stands
 */
export function addressesOf({ routes }: ServerBuild): (path: string) => Address | null {
  const all = Object.values(routes).flatMap((route) => route ?? []);
  const tree = (parentId: string | undefined): AgnosticRouteObject[] =>
    all
      .filter((route) => route.parentId === parentId)
      .map(({ id, path, index, caseSensitive }) => {
        const known = { id, path, caseSensitive };
        return index ? { ...known, index } : { ...known, children: tree(id) };
      });
  const routeTree = tree(undefined);
  return (path) => {
    const isPageData = path.endsWith(".data");
    const page = path.replace(/\.data$/, "").replace(/^\/_root$/, "/");
    const id = matchRoutes(routeTree, page)?.at(-1)?.route.id;
    const module = id === undefined ? undefined : routes[id]?.module;
    if (!module) return null;
    if (isPageData) return { kind: "data", takesOtherOrigins: false };
    // as Remix tells a page from what is none
    const isPage = module.default !== undefined || module.ErrorBoundary !== undefined;
    return { kind: isPage ? "page" : "data", takesOtherOrigins: !isPage };
  };
}
