import { z } from "zod";
import { type AppSecrets, exchangeForOnline } from "./access-token.ts";

/** The staff member in front of the page, as Shopify tells it. */
export type Staff = { id: string; scopes: string[] };

const onlineSchema = z.object({
  associated_user_scope: z.string(),
  associated_user: z.object({ id: z.union([z.number(), z.string()]) }),
});

/**
 * Exchanges a session token, which was verified, for an online token: it carries what the staff
 * member was granted, which may be less than the app. The token itself is let go of.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens
 *
 * @throws AdminError
 */
export async function staffOf(
  app: AppSecrets,
  shop: string,
  sessionToken: string,
): Promise<Staff | null> {
  const read = onlineSchema.safeParse(await exchangeForOnline(app, shop, sessionToken)).data;
  if (!read) return null;
  const { associated_user: user, associated_user_scope: scope } = read;
  return { id: String(user.id), scopes: scope.split(",").map((one) => one.trim()) };
}
