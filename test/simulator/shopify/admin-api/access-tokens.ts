import { createHmac, randomBytes } from "node:crypto";
import type { AppInShop } from "../../admin/session-token.ts";

/** An access token that was given out. `sessionToken` is "" where it was given for a refresh token. */
export type GivenToken = {
  shop: string;
  token: string;
  sessionToken: string;
  /** the client secret that the app asked with */
  secret: string;
};

type Access = { shop: string; token: string; expiresAt: number; scope: string; secret: string };
type Refresh = {
  shop: string;
  token: string;
  expiresAt: number;
  secret: string;
  /** the pair that it was exchanged for */
  replacement: { access: string; refresh: string } | null;
};

const accessLastsMs = 3_600_000;
const refreshLastsMs = 90 * 24 * 3_600_000;

/**
 * Gives out expiring offline tokens. As at Shopify there is one per shop: a new one revokes those
 * before it. A refresh token can be used again, for a new pair, until its replacement is used.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
 * https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
 */
export class AccessTokens {
  readonly given: GivenToken[] = [];
  /** staff members who may less than the app: by id, their scopes */
  readonly staff = new Map<string, ReadonlySet<string>>();
  /** how long new access tokens last, in milliseconds */
  accessLastsMs = accessLastsMs;
  /** the app's client secrets that are not revoked, oldest first: it signs with the first */
  readonly secrets: string[];
  readonly #apiKey: string;
  readonly #access = new Map<string, Access>();
  readonly #refresh = new Map<string, Refresh>();

  constructor({ apiKey, apiSecret }: Omit<AppInShop, "shop">) {
    this.#apiKey = apiKey;
    this.secrets = [apiSecret];
  }

  /** A new client secret takes effect beside the ones before it. */
  addSecret(secret: string): void {
    this.secrets.push(secret);
  }

  /** A client secret ends, and with it the tokens that were got with it. */
  revokeSecret(secret: string): void {
    this.secrets.splice(this.secrets.indexOf(secret), 1);
    for (const tokens of [this.#access, this.#refresh]) {
      for (const one of tokens.values()) if (one.secret === secret) tokens.delete(one.token);
    }
  }

  /** Answers `POST /admin/oauth/access_token`. */
  exchange(
    shop: string,
    scope: string,
    asked: Record<string, unknown>,
    now: number,
  ): { status: number; body: object } {
    const secret = String(asked.client_secret);
    if (asked.client_id !== this.#apiKey || !this.secrets.includes(secret)) {
      return { status: 400, body: { error: "invalid_client" } };
    }
    if (asked.grant_type === "urn:ietf:params:oauth:grant-type:token-exchange") {
      const sessionToken = String(asked.subject_token);
      const isOwn = this.secrets.some((one) => isSignedBy(sessionToken, one));
      if (!isOwn || shopOf(sessionToken) !== shop) {
        return { status: 400, body: { error: "invalid_subject_token" } };
      }
      if (String(asked.requested_token_type).endsWith(":online-access-token")) {
        return { status: 200, body: this.#online(scope, sessionToken) };
      }
      this.revoke(shop);
      return { status: 200, body: this.#give(shop, scope, { sessionToken, secret }, now).body };
    }
    if (asked.grant_type === "refresh_token") {
      const used = this.#refresh.get(String(asked.refresh_token));
      if (!used || used.shop !== shop || used.expiresAt <= now) return inactive;
      for (const { token } of this.#of(shop, this.#access)) this.#access.delete(token);
      if (used.replacement) this.#refresh.delete(used.replacement.refresh);
      this.#retirePredecessor(used.token);
      const { body, access, refresh } = this.#give(shop, scope, { sessionToken: "", secret }, now);
      used.replacement = { access, refresh };
      return { status: 200, body };
    }
    return { status: 400, body: { error: "unsupported_grant_type" } };
  }

  /** Whether a query with the token is answered. */
  isGood(shop: string, token: string, now: number): boolean {
    const access = this.#access.get(token);
    if (!access || access.shop !== shop || access.expiresAt <= now) return false;
    this.#retirePredecessorOfAccess(token);
    return true;
  }

  /** Ends the access tokens of a shop, as time does; what they can be renewed with stays. */
  expire(shop: string): void {
    for (const access of this.#of(shop, this.#access)) access.expiresAt = 0;
  }

  /** Takes all access to a shop away, as an uninstall does. */
  revoke(shop: string): void {
    for (const { token } of this.#of(shop, this.#access)) this.#access.delete(token);
    for (const { token } of this.#of(shop, this.#refresh)) this.#refresh.delete(token);
  }

  #give(
    shop: string,
    scope: string,
    { sessionToken, secret }: Pick<GivenToken, "sessionToken" | "secret">,
    now: number,
  ) {
    const access = `shpat_${randomBytes(16).toString("hex")}`;
    const refresh = `shprt_${randomBytes(16).toString("hex")}`;
    this.given.push({ shop, token: access, sessionToken, secret });
    this.#access.set(access, {
      ...{ shop, token: access, scope, secret },
      expiresAt: now + this.accessLastsMs,
    });
    this.#refresh.set(refresh, {
      shop,
      token: refresh,
      secret,
      expiresAt: now + refreshLastsMs,
      replacement: null,
    });
    const body = {
      access_token: access,
      scope,
      expires_in: Math.ceil(this.accessLastsMs / 1000),
      refresh_token: refresh,
      refresh_token_expires_in: refreshLastsMs / 1000,
    };
    return { access, refresh, body };
  }

  /** The shop's offline token stays. Nobody is granted more than the app. */
  #online(scope: string, sessionToken: string): object {
    const id = Number(claimsOf(sessionToken)?.sub);
    const own = this.staff.get(String(id));
    const granted = scope.split(",").filter((one) => own === undefined || own.has(one));
    return {
      access_token: `shpua_${randomBytes(16).toString("hex")}`,
      scope,
      expires_in: 86_399,
      associated_user_scope: granted.join(","),
      associated_user: { id, first_name: "", last_name: "", email: "", account_owner: false },
    };
  }

  #retirePredecessor(refresh: string): void {
    for (const before of this.#refresh.values()) {
      if (before.replacement?.refresh === refresh) this.#refresh.delete(before.token);
    }
  }

  #retirePredecessorOfAccess(access: string): void {
    for (const before of this.#refresh.values()) {
      if (before.replacement?.access === access) this.#refresh.delete(before.token);
    }
  }

  #of<Token extends { shop: string }>(shop: string, tokens: Map<string, Token>): Token[] {
    return [...tokens.values()].filter((one) => one.shop === shop);
  }
}

/** What Shopify says of a refresh token that expired, was revoked, or was retired. */
const inactive = {
  status: 401,
  body: {
    error: "invalid_request",
    error_description: "This request requires an active refresh_token",
  },
};

function isSignedBy(sessionToken: string, secret: string): boolean {
  const [head, claims, signature] = sessionToken.split(".");
  const own = createHmac("sha256", secret).update(`${head}.${claims}`).digest("base64url");
  return own === signature;
}

/** The shop that a session token is for; null where it is none. */
function shopOf(sessionToken: string): string | null {
  const dest = claimsOf(sessionToken)?.dest;
  return dest && URL.canParse(dest) ? new URL(dest).hostname : null;
}

function claimsOf(sessionToken: string): { dest?: string; sub?: string } | null {
  try {
    return JSON.parse(Buffer.from(sessionToken.split(".")[1] ?? "", "base64url").toString());
  } catch {
    return null;
  }
}
