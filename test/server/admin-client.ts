import { createHmac, randomUUID } from "node:crypto";
import { request } from "undici";
import type { World } from "#test/world/world.ts";

/** Where the app is, and what Shopify's tokens for it are made with. */
type Reached = Pick<World, "appUrl" | "apiKey" | "apiSecret">;

/** Undefined: without it. */
export type Claims = Record<string, string | number | undefined>;

/** A session token with what a test changes of it; `secret` null: unsigned, `alg` none. */
export function sessionToken(
  world: Omit<Reached, "appUrl">,
  shop: string,
  { claims = {}, secret = world.apiSecret }: { claims?: Claims; secret?: string | null } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const standard = {
    ...{ iss: `https://${shop}/admin`, dest: `https://${shop}`, aud: world.apiKey, sub: "42" },
    ...{ exp: now + 60, nbf: now, iat: now, jti: randomUUID(), sid: randomUUID() },
  };
  const alg = secret === null ? "none" : "HS256";
  const signed = `${part({ alg, typ: "JWT" })}.${part({ ...standard, ...claims })}`;
  const signature =
    secret === null ? "" : createHmac("sha256", secret).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}

/** Shopify's library turns away what looks like a robot. */
export const browser =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";

export type Answer = { status: number; headers: Record<string, string>; text: string };

/** Asks the app for something as a client that sends no more than it is told to. */
export async function ask(
  world: Reached,
  path: string,
  options: {
    token?: string;
    body?: unknown;
    headers?: Record<string, string>;
    /** without it: POST where there is a body, else GET */
    method?: "OPTIONS";
  } = {},
): Promise<Answer> {
  const { token, body, headers, method = body === undefined ? "GET" : "POST" } = options;
  const answer = await request(world.appUrl + path, {
    method,
    headers: {
      "user-agent": browser,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && typeof body !== "string" && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const lines = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(lines),
    text: await answer.body.text(),
  };
}

/** The address of a document inside the admin, with a session token in its query as Shopify puts it. */
export function documentPath(path: string, shop: string, token: string): string {
  const host = Buffer.from("admin.shopify.com/store/x").toString("base64url");
  const query = new URLSearchParams({ shop, host, embedded: "1", id_token: token });
  return `${path}?${query}`;
}
