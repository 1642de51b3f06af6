import { createHmac, randomUUID } from "node:crypto";

/** Which app is opened, in which shop. */
export type AppInShop = {
  apiKey: string;
  /** the app's client secret: session tokens are signed with it */
  apiSecret: string;
  /** `name.myshopify.com` */
  shop: string;
};

/**
 * A session token as Shopify's admin gives it to an embedded app: a JWT signed with HS256, good for
 * a minute. https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens
 *
 * @param now epoch milliseconds
 */
export function mintSessionToken({ apiKey, apiSecret, shop }: AppInShop, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: apiKey,
    sub: "42",
    exp: seconds + 60,
    nbf: seconds,
    iat: seconds,
    jti: randomUUID(),
    sid: randomUUID(),
  };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", apiSecret).update(signed).digest("base64url")}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
