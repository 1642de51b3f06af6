import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AppInShop } from "./session-token.ts";

/** An access token that was given out. */
export type GivenToken = { shop: string; token: string; sessionToken: string };

/**
 * What a shop itself answers at `https://{shop}/admin/…`: the exchange of a session token for an
 * expiring offline access token, and a refusal for anything else.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 */
export function createShopApi(app: Omit<AppInShop, "shop">): {
  given: GivenToken[];
  answer(shop: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
} {
  const given: GivenToken[] = [];
  return {
    given,
    async answer(shop, request, response) {
      const path = (request.url ?? "/").split("?")[0];
      if (path === "/admin/api/2026-10/graphql.json") {
        const { query } = await readJson(request);
        if (!String(query).includes("query ShopFacts")) {
          return json(response, 404, { errors: "Not Found" });
        }
        const facts = {
          ...{ ianaTimezone: "Europe/Berlin", email: `owner@${shop}` },
          shopAddress: { countryCodeV2: "DE" },
        };
        return json(response, 200, { data: { shop: facts } });
      }
      if (request.method !== "POST" || path !== "/admin/oauth/access_token") {
        return json(response, 404, { errors: "Not Found" });
      }
      const asked = await readJson(request);
      if (asked.client_id !== app.apiKey || asked.client_secret !== app.apiSecret) {
        return json(response, 400, { error: "invalid_client" });
      }
      if (asked.grant_type === "urn:ietf:params:oauth:grant-type:token-exchange") {
        const sessionToken = String(asked.subject_token);
        if (shopOf(sessionToken) !== shop) {
          return json(response, 400, { error: "invalid_subject_token" });
        }
        return json(response, 200, give(shop, sessionToken, asked.expiring === "1"));
      }
      if (asked.grant_type === "refresh_token") {
        return json(response, 200, give(shop, "", true));
      }
      json(response, 400, { error: "unsupported_grant_type" });
    },
  };

  function give(shop: string, sessionToken: string, expiring: boolean): object {
    const token = `shpat_${randomBytes(16).toString("hex")}`;
    given.push({ shop, token, sessionToken });
    return {
      access_token: token,
      scope: "read_orders",
      ...(expiring && {
        expires_in: 3600,
        refresh_token: `shprt_${randomBytes(16).toString("hex")}`,
        refresh_token_expires_in: 7_776_000,
      }),
    };
  }
}

/** The shop that a session token is for; null where it is none. */
function shopOf(sessionToken: string): string | null {
  try {
    const claims = JSON.parse(
      Buffer.from(sessionToken.split(".")[1] ?? "", "base64url").toString(),
    ) as { dest: string };
    return new URL(claims.dest).hostname;
  } catch {
    return null;
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
