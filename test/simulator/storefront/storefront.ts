import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Request, type Response } from "express";
import { listen } from "../admin/listen.ts";
import { type Added, Cart, CartError, cartJson, lineJson, type Properties } from "./cart.ts";
import { catalog } from "./catalog.ts";
import { createRenderer, type Locale, type Page, productDrop } from "./liquid.ts";

/** How a theme treats its cart: a form that is posted, Dawn's way, or Shopify's standard actions. */
export type Manner = "plain" | "drawer" | "standard";

/** What a visitor's theme is set to; any page takes these as query parameters. */
type Setup = { manner: Manner; style: string; heading: string; extension: "on" | "off" };
type Visit = Setup & { cart: Cart };

export type Storefront = {
  url: string;
  /** every request that changed a cart: `POST /cart/add.js` and what it held */
  changes: { path: string; cart: string; items: Added[] }[];
  close(): Promise<void>;
};

const defaults: Setup = { manner: "drawer", style: "cards", heading: "", extension: "on" };
const themeFiles = fileURLToPath(new URL("./theme/", import.meta.url));
const extensionFiles = fileURLToPath(
  new URL("../../../extensions/hakuna-protection/assets/", import.meta.url),
);

/**
 * A shop's storefront: pages in the theme's manner with the extension's real blocks in them, the Ajax
 * API, section rendering and a checkout. Every visitor has a cart and settings of their own.
 *
 * @param onOrder called with the cart that was paid for; the page waits for it
 */
export async function startStorefront({
  port = 0,
  onOrder = async () => {},
}: {
  port?: number;
  onOrder?: (cart: Cart) => Promise<void>;
} = {}): Promise<Storefront> {
  const renderer = createRenderer();
  const visits = new Map<string, Visit>();
  const changes: Storefront["changes"] = [];
  const app = express();
  app.use("/theme", express.static(themeFiles, { maxAge: "1h" }));
  app.use("/extension", express.static(extensionFiles, { maxAge: "1h" }));
  app.use(express.json(), express.urlencoded({ extended: true }), readMultipart);
  app.use((request, response, next) => {
    response.locals.visit = visitOf(request, response, visits);
    const [, locale, rest] = /^\/(de|fr|nl)(\/.*|$)/.exec(request.url) ?? [];
    response.locals.locale = locale ?? "en";
    if (rest !== undefined) request.url = rest || "/";
    next();
  });

  const pageOf = (response: Response, variables: Record<string, unknown> = {}): Page => {
    const { visit, locale } = response.locals as { visit: Visit; locale: Locale };
    return { locale, cart: visit.cart, variables: { ...variables, manner: visit.manner } };
  };
  const show = (response: Response, title: string, content: string) => {
    const page = pageOf(response);
    const { extension, cart } = response.locals.visit as Visit;
    const isOn = extension === "on";
    const variables = {
      ...page.variables,
      title,
      content,
      bubble: cart.itemCount,
      drawer: renderer.theme("cart-lines", page),
      block_stylesheet: isOn ? renderer.stylesheet("protection") : null,
      embed: isOn ? renderer.block("cart-guard", page) : "",
    };
    response.type("html").send(renderer.theme("layout", { ...page, variables }));
  };
  const section = (id: string, response: Response, product = ""): string => {
    const lines = () => renderer.theme("cart-lines", pageOf(response));
    const content: Record<string, () => string> = {
      "cart-drawer": () => `<div id="CartDrawer">${lines()}</div>`,
      "cart-icon-bubble": () => String((response.locals.visit as Visit).cart.itemCount),
      "main-product": () => product,
    };
    return `<div id="shopify-section-${id}" class="shopify-section">${content[id]?.() ?? ""}</div>`;
  };
  const sections = (request: Request, response: Response) => {
    const asked: unknown = request.body?.sections;
    if (asked === undefined) return {};
    const ids = Array.isArray(asked) ? asked : String(asked).split(",");
    return { sections: Object.fromEntries(ids.map((id) => [id, section(String(id), response)])) };
  };

  app.get("/", (_request, response) => {
    const products = catalog
      .filter(({ vendor }) => vendor !== "hakuna")
      .map((product) => productDrop(product, product.variants[0] as never));
    show(response, "Vogelsang", renderer.theme("home", pageOf(response, { products })));
  });
  app.get("/products/:handle", (request, response) => {
    const product = catalog.find(({ handle }) => handle === request.params.handle);
    const variant =
      product?.variants.find(({ id }) => String(id) === request.query.variant) ??
      product?.variants[0];
    if (!product || !variant) return void response.sendStatus(404);
    const { style, heading, extension } = response.locals.visit as Visit;
    const page = pageOf(response, { product: productDrop(product, variant) });
    const block = extension === "on" ? renderer.block("protection", page, { style, heading }) : "";
    const variables = { ...page.variables, block };
    const content = renderer.theme("product", { ...page, variables });
    if (request.query.section_id) {
      return void response.type("html").send(section("main-product", response, content));
    }
    show(response, product.title, section("main-product", response, content));
  });
  app.get("/cart", (request, response) => {
    const { section_id: id } = request.query;
    if (id) return void response.type("html").send(section(String(id), response));
    const lines = renderer.theme("cart-lines", pageOf(response, { is_page: true }));
    show(response, "Cart", `<h1>Cart</h1>${lines}`);
  });
  app.get(["/cart.js", "/api/cart"], (_request, response) => {
    response.json(cartJson((response.locals.visit as Visit).cart));
  });
  app.post(["/cart/add", "/cart/add.js"], (request, response) => {
    const { cart } = response.locals.visit as Visit;
    const items = addedItems(request.body);
    changes.push({ path: request.path, cart: cart.token, items });
    const lines = cart.add(items);
    const isAjax = request.path.endsWith(".js") || request.get("X-Requested-With");
    if (!isAjax) return void response.redirect(303, `${rootOf(response)}cart`);
    const json = lines.map(lineJson);
    response.json({
      ...(request.body.items ? { items: json } : json[0]),
      ...sections(request, response),
    });
  });
  app.post(["/cart/change", "/cart/change.js"], (request, response) => {
    const { cart } = response.locals.visit as Visit;
    const { line, id, quantity } = request.body;
    const key = line ? cart.lines[Number(line) - 1]?.key : String(id);
    changes.push({ path: request.path, cart: cart.token, items: [] });
    cart.update([[key ?? "", Number(quantity)]]);
    response.json({ ...cartJson(cart), ...sections(request, response) });
  });
  app.get("/cart/change", (request, response) => {
    const { cart } = response.locals.visit as Visit;
    const key = cart.lines[Number(request.query.line) - 1]?.key ?? "";
    cart.update([[key, Number(request.query.quantity)]]);
    response.redirect(303, `${rootOf(response)}cart`);
  });
  app.post(["/cart/update", "/cart/update.js"], (request, response) => {
    const { cart } = response.locals.visit as Visit;
    changes.push({ path: request.path, cart: cart.token, items: [] });
    cart.update(Object.entries<unknown>(request.body.updates).map(([k, n]) => [k, Number(n)]));
    response.json({ ...cartJson(cart), ...sections(request, response) });
  });
  app.post("/api/cart-lines-update", (request, response) => {
    const { cart } = response.locals.visit as Visit;
    changes.push({ path: request.path, cart: cart.token, items: [] });
    const lines = request.body.lines as { id: string; quantity: number }[];
    cart.update(lines.map(({ id, quantity }) => [id, quantity]));
    response.json({});
  });
  app.post("/cart", (request, response) => {
    const { cart } = response.locals.visit as Visit;
    const quantities: string[] = request.body.updates ?? [];
    const keys = cart.lines.map(({ key }) => key);
    cart.update(keys.map((key, at) => [key, Number(quantities[at])]));
    const next = "checkout" in request.body ? "checkout" : "cart";
    response.redirect(303, `${rootOf(response)}${next}`);
  });
  app.get("/checkout", (_request, response) => {
    show(response, "Checkout", renderer.theme("checkout", pageOf(response)));
  });
  app.post("/checkout", async (_request, response, next) => {
    const visit = response.locals.visit as Visit;
    await onOrder(visit.cart).catch(next);
    visit.cart = new Cart();
    show(response, "Thank you", "<h1>Thank you</h1><p>Your order is placed.</p>");
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
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
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
