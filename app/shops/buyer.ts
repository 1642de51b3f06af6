import { sessionTokenOf } from "./earlier-secret.ts";

/** A buyer who asks from their customer account, as Shopify vouches for them. */
export type Buyer = {
  /** `name.myshopify.com` */
  shop: string;
  /** Shopify's numeric id of the customer */
  customerId: string;
  /** lets the extension read the answer: it asks from Shopify's origin */
  cors(response: Response): Response;
};

type Authenticate = (request: Request) => Promise<{
  sessionToken: { aud: string; dest: string; sub?: string };
  cors(response: Response): Response;
}>;

const customerGid = /^gid:\/\/shopify\/Customer\/(\d{1,20})$/;
const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/**
 * Who asks, by the session token of a customer account extension. Shopify's library verifies its
 * signature and its time; whom it was made for is looked at here. `sub` is absent where nobody is
 * logged in, or where the app may not see customers' data.
 * https://shopify.dev/docs/api/customer-account-ui-extensions/latest/target-apis/platform-apis/session-token-api
 *
 * @param authenticate `authenticate.public.customerAccount` of Shopify's library
 * @param apiKey the app's client id
 * @throws a Response that says no, which the extension can read
 */
export async function buyerOf(
  authenticate: Authenticate,
  apiKey: string,
  request: Request,
): Promise<Buyer> {
  const { sessionToken, cors } = await authenticate(request).catch((error: unknown) => {
    if (error instanceof Response) error.headers.set("Access-Control-Allow-Origin", "*");
    throw error;
  });
  const { aud, dest, sub = "" } = sessionToken;
  const shop = dest.replace(/^https:\/\//, "").toLowerCase();
  const customerId = customerGid.exec(sub)?.[1];
  if (aud !== apiKey || !shopDomain.test(shop) || customerId === undefined) {
    throw cors(Response.json({ error: "no customer" }, { status: 403 }));
  }
  return { shop, customerId, cors };
}

/**
 * Turns a buyer away who asks where only the shop's staff may: their session tokens bear the same
 * signature, and Shopify's library looks at nothing else of whom they are for. Staff's name the staff
 * member by a number; a buyer's names a customer, or nobody where none is logged in.
 *
 * @throws Response
 */
export function refuseBuyer(request: Request): void {
  const token = sessionTokenOf(request);
  if (token === null || isOfStaff(token)) return;
  throw new Response(null, { status: 401 });
}

/** Not verified. What cannot be read is nobody's: the library refuses it in its own way. */
function isOfStaff(token: string): boolean {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof claims.sub === "string" && /^\d+$/.test(claims.sub);
  } catch {
    return true;
  }
}
