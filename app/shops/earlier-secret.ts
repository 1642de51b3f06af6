import { AsyncLocalStorage } from "node:async_hooks";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { type AppSecrets, exchangeSessionToken } from "#app/shopify/access/access-token.ts";
import { AdminError } from "#app/shopify/access/admin-api.ts";
import { SessionStorage } from "./session-storage.ts";

/** As the library does: what ends sooner is exchanged anew. */
const beforeEndMs = 5 * 60_000;

/**
 * Whether a session token (a JWT, HS256) was signed with the secret. Nothing else of it is looked at:
 * that is the library's business.
 */
export function isTokenSignedBy(secret: string, token: string): boolean {
  const [head, claims, signature, ...more] = token.split(".");
  if (signature === undefined || more.length > 0) return false;
  const expected = createHmac("sha256", secret).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The session token of a request: as App Bridge sends it, or as Shopify puts it into a document's address. */
export function sessionTokenOf(request: Request): string | null {
  const header = request.headers.get("Authorization")?.replace("Bearer ", "");
  return header ?? new URL(request.url).searchParams.get("id_token");
}

/**
 * The sessions as the library sees them while it verifies with the secret of before: it would also
 * ask for access tokens with that secret, and they would end when it is revoked. So access is got
 * here, with the secret of now, before the library misses it.
 */
export class SessionsOfEarlierSecret extends SessionStorage {
  readonly #app: AppSecrets;
  readonly #token = new AsyncLocalStorage<string>();

  constructor(prisma: PrismaClient, app: AppSecrets) {
    super(prisma);
    this.#app = app;
  }

  /** @param token the session token of what `work` authenticates */
  async with<T>(token: string, work: () => Promise<T>): Promise<T> {
    return await this.#token.run(token, work);
  }

  /** Asked for once the library has verified the token. */
  override async loadSession(id: string): Promise<Session | undefined> {
    const stored = await super.loadSession(id);
    const token = this.#token.getStore();
    const shop = /^offline_(.+)$/.exec(id)?.[1];
    if (stored?.isActive(undefined, beforeEndMs) || !token || !shop) return stored;
    try {
      const { scope, ...got } = await exchangeSessionToken(this.#app, shop, token);
      const session = new Session({
        ...{ id, shop, scope, state: "", isOnline: false },
        ...{ accessToken: got.accessToken, expires: new Date(got.expiresAt) },
        ...{ refreshToken: got.refreshToken, refreshTokenExpires: new Date(got.refreshExpiresAt) },
      });
      await this.storeSession(session);
      return session;
    } catch (error) {
      // the library then tries itself, and answers what there is to answer
      if (error instanceof AdminError) return stored;
      throw error;
    }
  }
}
