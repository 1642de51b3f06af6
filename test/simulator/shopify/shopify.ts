import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { AppInShop } from "../admin/session-token.ts";
import { AccessTokens } from "./admin-api/access-tokens.ts";
import { answerQuery } from "./admin-api/graphql.ts";
import { rootOf } from "./admin-api/root.ts";
import { customersSent } from "./customers-sent.ts";
import { SimulatedShop } from "./shop.ts";

const graphqlPath = "/admin/api/2026-10/graphql.json";
const tokenPath = "/admin/oauth/access_token";

/** What the app of a simulated Shopify is granted where a test does not say otherwise. */
const usualScopes = ["read_orders", "read_fulfillments", "read_customers", "read_products"];

/**
 * The shops of a simulated Shopify: what they answer at `https://{shop}/admin/…`. A shop is there as
 * soon as it is asked for.
 */
export class SimulatedShopify {
  readonly tokens: AccessTokens;
  readonly #shops = new Map<string, SimulatedShop>();
  readonly #appKey: string;

  constructor(app: Omit<AppInShop, "shop">) {
    this.tokens = new AccessTokens(app);
    this.#appKey = app.apiKey;
  }

  shop(domain: string): SimulatedShop {
    const known = this.#shops.get(domain);
    if (known) return known;
    const shop = new SimulatedShop(domain, usualScopes, this.#appKey);
    this.#shops.set(domain, shop);
    return shop;
  }

  /**
   * The merchant takes the app off the shop: its tokens end, its rules at checkout and its
   * subscriptions go. The webhook is
   * the test's to send.
   */
  uninstall(domain: string): void {
    this.tokens.revoke(domain);
    this.shop(domain).validations.forgetOwn();
    this.shop(domain).subscriptions.all.splice(0);
  }

  /** Answers one request to a shop. */
  async answer(domain: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0];
    const shop = this.shop(domain);
    const body = await readJson(request);
    if (request.method !== "POST" || (path !== graphqlPath && path !== tokenPath)) {
      return json(response, 404, { errors: "Not Found" });
    }
    const isToken = path === tokenPath;
    const fault = shop.faults.next(isToken ? "token" : String(body.query));
    if (fault?.kind === "dropped") return void request.socket.destroy();
    if (fault?.kind === "slow") await sleep(fault.ms);
    if (fault?.kind === "held") await fault.until;
    if (fault?.kind === "throttled") shop.bucket.drain(Date.now());
    if (fault?.kind === "status") {
      const { status, retryAfterSeconds } = fault;
      if (retryAfterSeconds !== undefined) response.setHeader("Retry-After", retryAfterSeconds);
      return json(response, status, { errors: "Simulated fault" });
    }
    const answer = isToken ? this.#exchange(shop, body) : await this.#query(shop, request, body);
    if (fault?.kind === "answer_lost") return void request.socket.destroy();
    json(response, answer.status, answer.body);
  }

  #exchange(shop: SimulatedShop, body: Record<string, unknown>) {
    return this.tokens.exchange(shop.domain, [...shop.scopes].join(","), body, Date.now());
  }

  async #query(shop: SimulatedShop, request: IncomingMessage, body: Record<string, unknown>) {
    const now = Date.now();
    const token = String(request.headers["x-shopify-access-token"]);
    if (!this.tokens.isGood(shop.domain, token, now)) {
      const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
      return { status: 401, body: { errors } };
    }
    const query = String(body.query);
    const variables = (body.variables ?? {}) as Record<string, unknown>;
    shop.asked.push({ query, variables });
    const { bucket } = shop;
    const root = rootOf(shop, now);
    return {
      status: 200,
      body: await answerQuery({ query, variables }, { root, access: shop, bucket, now }),
    };
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    const text = Buffer.concat(chunks).toString();
    return JSON.parse(text, withAllDigits as Parameters<typeof JSON.parse>[1]);
  } catch {
    return {};
  }
}

/** Shopify reads integers of any size. */
function withAllDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  const isInexact = typeof value === "number" && Number.isInteger(value) && source !== undefined;
  return isInexact && !Number.isSafeInteger(value) ? BigInt(source) : value;
}

function json(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  customersSent.note(text);
  response.writeHead(status, { "Content-Type": "application/json" }).end(text);
}
