import { execute, parse, validate } from "graphql";
import { afterAll, afterEach, expect, test } from "vitest";
import "@shopify/shopify-app-remix/adapters/node";
import { ApiVersion, LogSeverity, Session } from "@shopify/shopify-api";
import { setAbstractFetchFunc } from "@shopify/shopify-api/runtime";
import { shopifyApp } from "@shopify/shopify-app-remix/server";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { createOrderReader, type ReadAnswer } from "./order-reader.ts";

const network: { answer: (request: { query: string; variables: object }) => unknown } = {
  answer: () => undefined,
};
setAbstractFetchFunc(
  async (_url, init) => (await network.answer(JSON.parse(String(init?.body)))) as Response,
);
afterAll(() => setAbstractFetchFunc(globalThis.fetch));

const schema = adminSchema();
const shop = "stadtrad.myshopify.com";
const date = "Mon, 23 Nov 2026 10:00:00 GMT";
const orderId = "820982911946154508";

/** Shopify's own library, with a session or without, asking the network above. */
function read(accessToken: string | null = "shpat_test"): Promise<ReadAnswer> {
  const session = accessToken
    ? new Session({ id: `offline_${shop}`, shop, state: "", isOnline: false, accessToken })
    : undefined;
  const shopify = shopifyApp({
    apiKey: "key",
    apiSecretKey: "secret",
    appUrl: "https://app.example",
    apiVersion: ApiVersion.October26,
    sessionStorage: {
      loadSession: async () => session,
      storeSession: async () => true,
      deleteSession: async () => true,
      deleteSessions: async () => true,
      findSessionsByShop: async () => (session ? [session] : []),
    },
    logger: { level: LogSeverity.Error, log: async () => {} },
  });
  return createOrderReader(shopify)(shop, orderId);
}

const json = (body: object, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { "content-type": "application/json", date, ...init.headers },
  });

/** An Admin API with Shopify's schema that knows what `root` holds; answers which queries it got. */
function serve(root: object): { query: string; variables: object }[] {
  const requests: { query: string; variables: object }[] = [];
  network.answer = async (request) => {
    requests.push(request);
    const document = parse(request.query);
    expect(validate(schema, document)).toEqual([]);
    const result = await execute({
      schema,
      document,
      rootValue: root,
      variableValues: { ...request.variables },
    });
    return json({ data: result.data, ...(result.errors && { errors: result.errors }) });
  };
  return requests;
}

const page =
  (all: object[]) =>
  ({ first, after }: { first: number; after?: string | null }) => {
    const start = Number(after ?? 0);
    const end = start + first;
    const hasNextPage = end < all.length;
    return {
      nodes: all.slice(start, end),
      pageInfo: { hasNextPage, endCursor: hasNextPage ? String(end) : null },
    };
  };

const list =
  (all: object[]) =>
  ({ first }: { first: number }) =>
    all.slice(0, first);

const money = (amount: string, currencyCode = "CHF") => ({ amount, currencyCode });
const lineGid = (id: number) => ({ id: `gid://shopify/LineItem/${id}` });

const adminLine = (id: number) => ({
  ...lineGid(id),
  quantity: 2,
  currentQuantity: 2,
  title: `Bike ${id}`,
  sku: `SKU-${id}`,
  vendor: "Stadtrad",
  isGiftCard: false,
  requiresShipping: true,
  variant: { id: `gid://shopify/ProductVariant/${id + 1000}` },
  product: { id: `gid://shopify/Product/${id + 2000}` },
  originalUnitPriceSet: {
    shopMoney: money("19.90"),
    presentmentMoney: money("20.50", "EUR"),
  },
  discountAllocations: [],
  customAttributes: [] as object[],
});

const adminAddress = {
  firstName: "Ada",
  lastName: "Muster",
  phone: "+41791234567",
  address1: "Gasse 1",
  address2: null,
  city: "Bern",
  zip: "3000",
  countryCodeV2: "CH",
};

const lines = Array.from({ length: 105 }, (_, index) => adminLine(index + 1));
const [firstLine, secondLine, thirdLine] = lines;
Object.assign(firstLine ?? {}, {
  customAttributes: [
    { key: "_hakuna_ref", value: "k1" },
    { key: "engraving", value: "Ada" },
  ],
  discountAllocations: [{ allocatedAmountSet: { shopMoney: money("1.00") } }],
});
Object.assign(secondLine ?? {}, { variant: null, product: null, sku: null, vendor: "hakuna" });
Object.assign(thirdLine ?? {}, { currentQuantity: 0 });

const adminOrder = {
  id: `gid://shopify/Order/${orderId}`,
  name: "#1001",
  createdAt: "2026-11-20T08:00:00Z",
  updatedAt: "2026-11-23T09:00:00Z",
  processedAt: "2026-11-20T07:59:00Z",
  cancelledAt: "2026-11-23T08:30:00Z",
  test: true,
  displayFinancialStatus: "VOIDED",
  email: "ada@example.com",
  phone: "+41790000000",
  customer: {
    id: "gid://shopify/Customer/77",
    firstName: "Ada",
    lastName: "Muster",
    defaultEmailAddress: { emailAddress: "ada@home.example" },
    defaultPhoneNumber: { phoneNumber: "+41791111111" },
    defaultAddress: adminAddress,
  },
  billingAddress: adminAddress,
  shippingAddress: null as object | null,
  lineItems: page(lines),
  fulfillments: list([
    {
      id: "gid://shopify/Fulfillment/501",
      status: "SUCCESS",
      createdAt: "2026-11-21T08:00:00Z",
      updatedAt: "2026-11-21T09:00:00Z",
    },
  ]),
  refunds: list([
    { id: "gid://shopify/Refund/601", createdAt: null, processedAt: "2026-11-22T08:00:00Z" },
  ]),
};

const nodes: Record<string, object> = {
  "gid://shopify/Fulfillment/501": {
    __typename: "Fulfillment",
    fulfillmentLineItems: page(lines.map(({ id }) => ({ quantity: 1, lineItem: { id } }))),
  },
  "gid://shopify/Refund/601": {
    __typename: "Refund",
    refundLineItems: page([{ quantity: 1, lineItem: lineGid(3) }]),
  },
};

const node = ({ id }: { id: string }) => nodes[id] ?? null;

/** The same order as Shopify sends it by webhook: ids are numbers, beyond 2^53 too. */
const webhookAddress = {
  first_name: "Ada",
  last_name: "Muster",
  phone: "+41791234567",
  address1: "Gasse 1",
  address2: null,
  city: "Bern",
  zip: "3000",
  country_code: "CH",
};
const webhookLines = lines.map((_, index) => ({
  id: index + 1,
  quantity: 2,
  current_quantity: index === 2 ? 0 : 2,
  title: `Bike ${index + 1}`,
  sku: index === 1 ? null : `SKU-${index + 1}`,
  vendor: index === 1 ? "hakuna" : "Stadtrad",
  variant_id: index === 1 ? null : index + 1001,
  product_id: index === 1 ? null : index + 2001,
  gift_card: false,
  requires_shipping: true,
  price: "19.90",
  price_set: {
    shop_money: { amount: "19.90", currency_code: "CHF" },
    presentment_money: { amount: "20.50", currency_code: "EUR" },
  },
  total_discount: "0.00",
  discount_allocations: index === 0 ? [{ amount: "1.00" }] : [],
  properties:
    index === 0
      ? [
          { name: "_hakuna_ref", value: "k1" },
          { name: "engraving", value: "Ada" },
        ]
      : [],
}));
const webhookBody = JSON.stringify({
  name: "#1001",
  created_at: "2026-11-20T09:00:00+01:00",
  updated_at: "2026-11-23T10:00:00+01:00",
  processed_at: "2026-11-20T08:59:00+01:00",
  cancelled_at: "2026-11-23T09:30:00+01:00",
  test: true,
  currency: "CHF",
  financial_status: "voided",
  email: "ada@example.com",
  phone: "+41790000000",
  customer: {
    id: 77,
    first_name: "Ada",
    last_name: "Muster",
    email: "ada@home.example",
    phone: "+41791111111",
    default_address: webhookAddress,
  },
  billing_address: webhookAddress,
  shipping_address: null,
  line_items: webhookLines,
  fulfillments: [
    {
      id: 501,
      status: "success",
      created_at: "2026-11-21T08:00:00Z",
      updated_at: "2026-11-21T09:00:00Z",
      line_items: webhookLines.map(({ id }) => ({ id, quantity: 1 })),
    },
  ],
  refunds: [
    {
      id: 601,
      created_at: "2026-11-22T08:00:00Z",
      processed_at: "2026-11-22T08:00:00Z",
      refund_line_items: [{ line_item_id: 3, quantity: 1, restock_type: "return" }],
    },
  ],
}).replace("{", `{"id":${orderId},`);

afterEach(() => {
  network.answer = () => undefined;
});

test("an order of several pages is the same as its webhook", async () => {
  serve({ order: adminOrder, node });
  const { state } = readWebhook("orders/updated", webhookBody, Date.parse(date));
  expect(state?.head?.lineItems).toHaveLength(105);
  expect(state?.removedUnits).toEqual({ "3": { "1": Date.parse("2026-11-23T09:00:00Z") } });
  expect(await read()).toEqual({ kind: "order", state, missingAccess: [] });
});

test("an order with more than a hundred fulfillments is read whole", async () => {
  const fulfillments = Array.from({ length: 101 }, (_, index) => ({
    id: "gid://shopify/Fulfillment/501".replace("501", String(index + 1)),
    status: "SUCCESS",
    createdAt: "2026-11-21T08:00:00Z",
    updatedAt: "2026-11-21T09:00:00Z",
  }));
  serve({
    order: { ...adminOrder, fulfillments: list(fulfillments) },
    node: ({ id }: { id: string }) => node({ id }) ?? nodes["gid://shopify/Fulfillment/501"],
  });
  const answer = await read();
  expect(answer.kind === "order" && Object.keys(answer.state.fulfillments)).toHaveLength(101);
});

test("an order that changes while it is read is read again from its beginning", async () => {
  let readings = 0;
  const requests = serve({
    order: () => {
      readings += 1;
      const later = readings > 2;
      return {
        ...adminOrder,
        name: later ? "#1001-later" : "#1001",
        updatedAt: later ? "2026-11-23T09:30:00Z" : adminOrder.updatedAt,
      };
    },
    node,
  });
  const answer = await read();
  expect(answer.kind === "order" && answer.state.head?.name).toBe("#1001-later");
  expect(requests.filter(({ query }) => query.includes("query OrderToSync"))).toHaveLength(2);
});

test("an order that never stays the same is to be asked for later", async () => {
  let second = 0;
  serve({
    order: () => {
      second += 1;
      return { ...adminOrder, updatedAt: new Date(second * 1000).toISOString() };
    },
    node,
  });
  expect(await read()).toMatchObject({ kind: "unavailable" });
});

test("an order that Shopify does not show is not found", async () => {
  serve({ order: null });
  expect(await read()).toEqual({ kind: "not_found" });
});

/** The answer with errors that deny what stands at these paths, and null there. */
function deny(...denials: { path: (string | number)[]; requiredAccess?: string }[]): void {
  serve({ order: adminOrder, node });
  const whole = network.answer;
  network.answer = async (request) => {
    const { data } = await ((await whole(request)) as Response).json();
    if (!data.order?.name) return json({ data });
    const errors = denials.map(({ path, requiredAccess }) => {
      const owner = path.slice(0, -1).reduce((part, step) => part?.[step], data);
      if (owner) owner[path.at(-1) ?? ""] = null;
      const extensions = { code: "ACCESS_DENIED", ...(requiredAccess && { requiredAccess }) };
      return { message: "Access denied", path, extensions };
    });
    return json({ data, errors });
  };
}

async function readDenied(...denials: Parameters<typeof deny>) {
  deny(...denials);
  const answer = await read();
  if (answer.kind !== "order") throw new Error(JSON.stringify(answer));
  return { head: answer.state.head, missingAccess: answer.missingAccess };
}

test("what the app may not see is not known, the rest is read", async () => {
  const { head, missingAccess } = await readDenied(
    { path: ["order", "customer"], requiredAccess: "`read_customers` access scope." },
    { path: ["order", "email"] },
    { path: ["order", "billingAddress", "address1"] },
  );
  expect(head).toMatchObject({ email: null, customer: null, name: "#1001" });
  expect(head?.billingAddress).toMatchObject({ address1: null, city: "Bern" });
  const denied = Object.keys(head?.denied ?? {});
  expect(denied.filter((field) => !field.startsWith("customer."))).toEqual([
    "email",
    "billingAddress.address1",
  ]);
  expect(denied).toContain("customer.defaultAddress.zip");
  expect(denied).toContain("customer.firstName");
  expect(missingAccess).toEqual(["protected:address", "protected:email", "read_customers"]);
});

test.each([
  ["customer", "firstName", "customer.firstName", "name"],
  ["customer", "defaultEmailAddress", "customer.email", "email"],
  ["customer", "defaultPhoneNumber", "customer.phone", "phone"],
  ["shippingAddress", "phone", "shippingAddress.phone", "phone"],
  ["billingAddress", "countryCodeV2", "billingAddress.countryCode", "customer_data"],
])("%s.%s that is denied is %s, and %s is missing", async (owner, name, field, access) => {
  const { head, missingAccess } = await readDenied({ path: ["order", owner, name] });
  expect(head?.denied).toEqual({ [field]: null });
  expect(missingAccess).toEqual([`protected:${access}`]);
});

test("a product that the app may not see keeps what is known of it", async () => {
  const path = ["order", "lineItems", "nodes", 0, "variant"];
  const requiredAccess = "`read_products` access scope.";
  const { head, missingAccess } = await readDenied({ path, requiredAccess });
  expect(head?.denied).toBeUndefined();
  expect(missingAccess).toEqual(["read_products"]);
});

test("an order without something that decides its fate is not read", async () => {
  deny({ path: ["order", "displayFinancialStatus"] });
  expect(await read()).toMatchObject({
    kind: "unavailable",
    reason: expect.stringContaining("displayFinancialStatus"),
  });
});

test("an order that the app may not see at all is not taken for deleted", async () => {
  const denied = { message: "Access denied for order", extensions: { code: "ACCESS_DENIED" } };
  network.answer = () => json({ data: { order: null }, errors: [denied] });
  expect(await read()).toMatchObject({
    kind: "unavailable",
    reason: expect.stringContaining("Access denied for order"),
    missingAccess: ["protected:customer_data"],
  });
});

test("without a session", async () => {
  expect(await read(null)).toEqual({ kind: "no_session" });
});

test("HTTP 401: the token was revoked", async () => {
  network.answer = () => json({ errors: "[API] Invalid API key or access token" }, { status: 401 });
  expect(await read()).toEqual({ kind: "no_session" });
});

test("HTTP 403: this server is not let in, which says nothing of the shop's access", async () => {
  network.answer = () => json({ errors: "[API] Forbidden" }, { status: 403 });
  expect(await read()).toMatchObject({
    ...{ kind: "unavailable", isShutOut: true },
    reason: expect.stringContaining("allowed IP addresses"),
  });
});

test.each([402, 404, 423, 500, 503])("HTTP %i: unavailable", async (status) => {
  network.answer = () => json({ errors: "no" }, { status });
  expect(await read()).toEqual({
    kind: "unavailable",
    retryAfterMs: null,
    reason: `It answered with HTTP status ${status}.`,
  });
});

test("HTTP 429 names when to ask again", async () => {
  network.answer = () => json({}, { status: 429, headers: { "retry-after": "60" } });
  expect(await read()).toMatchObject({ kind: "unavailable", retryAfterMs: 60_000 });
});

const throttled = (currentlyAvailable: number) =>
  json({
    errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }],
    extensions: {
      cost: {
        requestedQueryCost: 620,
        actualQueryCost: null,
        throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate: 20 },
      },
    },
  });

test("throttled for long: asked again when the query can be paid", async () => {
  network.answer = () => throttled(20);
  expect(await read()).toMatchObject({ kind: "unavailable", retryAfterMs: 30_000 });
});

test("throttled for a moment: waits and goes on", async () => {
  serve({ order: adminOrder, node });
  const whole = network.answer;
  let asked = 0;
  network.answer = (request) => {
    asked += 1;
    return asked === 2 ? throttled(619) : whole(request);
  };
  expect(await read()).toMatchObject({ kind: "order" });
});

test("a network that fails, and an answer that is no GraphQL", async () => {
  network.answer = () => {
    throw new TypeError("fetch failed");
  };
  expect(await read()).toMatchObject({ kind: "unavailable", retryAfterMs: null });
  network.answer = () => new Response("<html>", { headers: { "content-type": "text/html", date } });
  expect(await read()).toMatchObject({ kind: "unavailable" });
});
