import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Request, type Response } from "express";
import { minifiedScripts } from "../../../extensions/theme-scripts/minify.ts";
import { listen } from "../admin/listen.ts";
import { type Added, Cart, CartError, cartJson, lineJson, type Properties } from "./cart.ts";
import { catalog, type Shelf } from "./catalog.ts";
import type { Locale } from "./liquid.ts";
import { createPages, type Setup } from "./pages.ts";

type Visit = Setup & { cart: Cart };

/** Requests that a cart has no time for. Nothing is done of them. */
export type Busy = {
  /** of the cart with this token */
  cart: string;
  path: RegExp;
  /** 409: too many at once; 429: too many at all, said by a page */
  status: 409 | 429;
  /** how many are still turned away; then all is as ever */
  times: number;
  retryAfter?: string;
  /** when it turned one away, epoch milliseconds */
  turned: number[];
};

export type Storefront = {
  url: string;
  /** every request that changed a cart: `POST /cart/add.js` and what it held */
  changes: { path: string; cart: string; items: Added[] }[];
  /** what carts have no time for: https://shopify.dev/changelog/improved-concurrency-handling-in-the-cart-ajax-api-and-storefront-cart-graphql-api */
  busy: Busy[];
  close(): Promise<void>;
};

const defaults: Setup = {
  manner: "drawer",
  style: "cards",
  heading: "",
  extension: "on",
  country: "de",
  cart_offer: "off",
  drawer_offer: "off",
  privacy_url: "default",
};
const themeFiles = fileURLToPath(new URL("./theme/", import.meta.url));
const extensionFiles = fileURLToPath(
  new URL("../../../extensions/hakuna-protection/assets/", import.meta.url),
);

/**
 * A shop's storefront: pages in the theme's manner with the extension's real blocks in them, the Ajax
 * API, section rendering and a checkout. Every visitor has a cart and settings of their own.
 *
 * @param shelf what is sold; left out: what tests try
 * @param onOrder called with the cart that was paid for and the buyer's country (ISO 3166-1 alpha-2,
 *   lower case); the page waits for it
 */
export async function startStorefront({
  port = 0,
  shelf = () => catalog,
  onOrder = async () => {},
}: {
  port?: number;
  shelf?: Shelf;
  onOrder?: (cart: Cart, country: string) => Promise<void>;
} = {}): Promise<Storefront> {
  const pages = createPages(shelf);
  const visits = new Map<string, Visit>();
  const changes: Storefront["changes"] = [];
  const busy: Storefront["busy"] = [];
  const app = express();
  app.use("/theme", express.static(themeFiles, { maxAge: "1h" }));
  for (const { name, code } of minifiedScripts()) {
    app.get(`/extension/${name}`, (_request, response) => {
      response.set("Cache-Control", "public, max-age=3600").type("js").send(code);
    });
  }
  app.use("/extension", express.static(extensionFiles, { maxAge: "1h" }));
  app.use(express.json(), express.urlencoded({ extended: true }), readMultipart);
  app.use((request, response, next) => {
    response.locals.visit = visitOf(request, response, visits);
    const [, locale, rest] = /^\/(de|fr|nl)(\/.*|$)/.exec(request.url) ?? [];
    response.locals.locale = locale ?? "en";
    if (rest !== undefined) request.url = rest || "/";
    next();
  });

  const visitor = (response: Response) => {
    const { visit, locale } = response.locals as { visit: Visit; locale: Locale };
    return { setup: visit, cart: visit.cart, locale };
  };
  const cartOf = (response: Response) => visitor(response).cart;
  const productsOf = (response: Response) => {
    const { setup, locale } = visitor(response);
    return shelf(setup.country, locale);
  };
  const html = (response: Response, text: string) => void response.type("html").send(text);
  const sections = (request: Request, response: Response) => {
    const asked: unknown = request.body?.sections;
    if (asked === undefined) return {};
    return { sections: pages.sections(visitor(response), asked) };
  };
  const change = (response: Response, path: string, items: Added[] = []) => {
    const cart = cartOf(response);
    changes.push({ path, cart: cart.token, items });
    return cart;
  };

  app.use((request, response, next) => {
    const { token } = cartOf(response);
    const met = busy.find(
      ({ cart, path, times }) => times > 0 && cart === token && path.test(request.path),
    );
    if (!met) return next();
    met.times -= 1;
    met.turned.push(Date.now());
    turnAway(request, response, met);
  });
  app.get("/", (_request, response) => html(response, pages.home(visitor(response))));
  app.get("/products/:handle", (request, response) => {
    const product = productsOf(response).find(({ handle }) => handle === request.params.handle);
    const variant =
      product?.variants.find(({ id }) => String(id) === request.query.variant) ??
      product?.variants[0];
    if (!product || !variant) return void response.sendStatus(404);
    html(response, pages.product(visitor(response), product, variant));
  });
  app.get("/cart", (request, response) => {
    const { section_id: id, sections: several } = request.query;
    if (several) return void response.json(pages.sections(visitor(response), several));
    if (id) return html(response, pages.section(visitor(response), String(id)));
    html(response, pages.cart(visitor(response)));
  });
  app.get(["/cart.js", "/api/cart"], (_request, response) => {
    response.json(cartJson(cartOf(response)));
  });
  app.post(["/cart/add", "/cart/add.js"], (request, response) => {
    const items = addedItems(request.body);
    const lines = change(response, request.path, items).add(items, productsOf(response));
    const isAjax = request.path.endsWith(".js") || request.get("X-Requested-With");
    if (!isAjax) return void response.redirect(303, `${rootOf(response)}cart`);
    const json = lines.map(lineJson);
    response.json({
      ...(request.body.items ? { items: json } : json[0]),
      ...sections(request, response),
    });
  });
  app.post(["/cart/change", "/cart/change.js"], (request, response) => {
    const cart = change(response, request.path);
    const { line, id, quantity, properties } = request.body;
    const key = String(line ? cart.lines[Number(line) - 1]?.key : id);
    if (quantity !== undefined) cart.update([[key, Number(quantity)]]);
    if (properties) cart.setProperties(key, properties);
    response.json({ ...cartJson(cart), ...sections(request, response) });
  });
  app.get("/cart/change", (request, response) => {
    const cart = cartOf(response);
    const key = cart.lines[Number(request.query.line) - 1]?.key ?? "";
    cart.update([[key, Number(request.query.quantity)]]);
    response.redirect(303, `${rootOf(response)}cart`);
  });
  app.post(["/cart/update", "/cart/update.js"], (request, response) => {
    const cart = change(response, request.path);
    cart.update(Object.entries<unknown>(request.body.updates).map(([k, n]) => [k, Number(n)]));
    response.json({ ...cartJson(cart), ...sections(request, response) });
  });
  app.post("/api/cart-lines-update", (request, response) => {
    const cart = change(response, request.path);
    const lines = request.body.lines as { id: string; quantity: number }[];
    try {
      cart.update(lines.map(({ id, quantity }) => [id, quantity]));
      response.json({ userErrors: [] });
    } catch (error) {
      if (!(error instanceof CartError)) throw error;
      response.json({ userErrors: [{ code: "INVALID", message: error.message }] });
    }
  });
  app.post("/cart", (request, response) => {
    const cart = cartOf(response);
    const quantities: string[] = request.body.updates ?? [];
    const keys = cart.lines.map(({ key }) => key);
    cart.update(keys.map((key, at) => [key, Number(quantities[at])]));
    const next = "checkout" in request.body ? "checkout" : "cart";
    response.redirect(303, `${rootOf(response)}${next}`);
  });
  app.get("/checkout", (_request, response) => html(response, pages.checkout(visitor(response))));
  app.post("/checkout", async (_request, response, next) => {
    const visit = response.locals.visit as Visit;
    await onOrder(visit.cart, visit.country).catch(next);
    visit.cart = new Cart();
    html(response, pages.thanks(visitor(response)));
  });
  const onError: express.ErrorRequestHandler = (error, _request, response, next) => {
    if (!(error instanceof CartError)) return next(error);
    const { status, message } = error;
    response.status(status).json({ status, message, description: message, errors: message });
  };
  app.use(onError);

  const server = createServer(app);
  await listen(server, port);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    changes,
    busy,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** As the Ajax API, the Storefront API, and what stands before both say it. */
function turnAway(request: Request, response: Response, { status, retryAfter }: Busy): void {
  const message =
    "Could not complete cart operation. The cart conflicted with another cart operation.";
  if (retryAfter !== undefined) response.set("Retry-After", retryAfter);
  if (request.path.startsWith("/api/")) {
    response.json({ userErrors: [{ code: "CONFLICT", message }] });
    return;
  }
  response.status(status);
  if (status === 429)
    response.type("html").send("<!DOCTYPE html>Your connection needs to be verified");
  else response.json({ status, message: "Conflict", description: message });
}

function rootOf({ locals }: Response): string {
  return locals.locale === "en" ? "/" : `/${locals.locale}/`;
}

function visitOf(request: Request, response: Response, visits: Map<string, Visit>): Visit {
  const [, id = randomBytes(8).toString("hex")] =
    /storefront=(\w+)/.exec(request.headers.cookie ?? "") ?? [];
  response.setHeader("Set-Cookie", `storefront=${id}; Path=/; HttpOnly`);
  const visit = visits.get(id) ?? { ...defaults, cart: new Cart() };
  visits.set(id, visit);
  for (const name of Object.keys(defaults) as (keyof Setup)[]) {
    const value = request.query[name];
    if (typeof value === "string") Object.assign(visit, { [name]: value });
  }
  return visit;
}

/** Express reads no multipart forms; the names become nested objects as in other forms. */
const readMultipart: express.RequestHandler = async (request, _response, next) => {
  if (!request.is("multipart/form-data")) return next();
  const headers = { "Content-Type": request.get("Content-Type") ?? "" };
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = await new globalThis.Response(Buffer.concat(chunks), { headers }).formData();
  const body: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    let at = body;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = typeof value === "string" ? value : value.name;
  }
  request.body = body;
  next();
};

type RawItem = Record<"id" | "quantity" | "parent_id" | "parent_line_key", string | undefined> & {
  properties?: Properties;
};

function addedItems(body: RawItem & { items?: Record<string, RawItem> }): Added[] {
  return Object.values(body.items ?? [body]).map((item) => ({
    id: Number(item.id),
    quantity: Number(item.quantity ?? 1),
    properties: item.properties ?? {},
    ...(item.parent_id !== undefined && { parentId: Number(item.parent_id) }),
    ...(item.parent_line_key !== undefined && { parentKey: item.parent_line_key }),
  }));
}
