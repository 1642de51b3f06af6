import {
  accessOf,
  type Denied,
  deniedBy,
  type GraphqlError,
  type MissingAccess,
} from "./denied.ts";

/** The way to the Admin API of shops: the library's, or one that adds to it (admin-access.ts). */
export type AdminAccess = {
  unauthenticated: {
    admin(shop: string): Promise<{ admin: { graphql: Graphql } }>;
  };
};

export type Graphql = (
  query: string,
  options: { variables: Record<string, unknown>; signal: AbortSignal },
) => Promise<{ json(): Promise<unknown> }>;

/** Why there was no answer, in the terms of what to do next. */
export type AdminRefusal =
  /** nobody has opened the app since it was installed, or its access was taken away */
  | { kind: "no_session" }
  | {
      kind: "unavailable";
      retryAfterMs: number | null;
      reason: string;
      /** it takes no questions from this server, of whatever shop */
      isShutOut?: true;
      /** what would have let the app see all of it */
      missingAccess?: MissingAccess[];
    };

/** The Admin API did not answer the query; `refusal` says what to do next. */
export class AdminError extends Error {
  readonly code = "admin_api";
  readonly refusal: AdminRefusal;
  constructor(refusal: AdminRefusal) {
    super(refusal.kind === "unavailable" ? refusal.reason : "There is no session of the shop.");
    this.refusal = refusal;
  }
}

/**
 * `answeredAt` is the Date header of the answer, epoch milliseconds; `denied` are the fields that are
 * null because the app may not see them; `points` is what Shopify says that it cost, null: nothing.
 */
export type AdminAnswer<Data> = {
  data: Data;
  answeredAt: number;
  denied: Denied[];
  points: number | null;
};

export type AskAdmin = <Data>(
  query: string,
  variables: Record<string, unknown>,
) => Promise<AdminAnswer<Data>>;

/**
 * Opens the Admin API of a shop with its stored offline session.
 *
 * @param signal ends every query
 * @throws AdminError, also from the function that is returned
 */
export async function openAdmin(
  shopify: AdminAccess,
  shop: string,
  signal: AbortSignal,
): Promise<AskAdmin> {
  const { admin } = await shopify.unauthenticated.admin(shop).catch((error: unknown) => {
    throw new AdminError(refusalOf(error));
  });
  return async <Data>(query: string, variables: Record<string, unknown>) => {
    const body = await admin
      .graphql(query, { variables, signal })
      .then((response) => response.json())
      .catch(redacted);
    return answer<Data>(body as Body);
  };
}

/** The library gives the answer's headers inside the body: its Response has none. */
type Body = {
  data?: unknown;
  headers?: Record<string, string | string[]>;
  denied?: Denied[];
  extensions?: { cost?: { actualQueryCost?: number | null } };
};

function answer<Data>({ data, headers = {}, denied = [], extensions }: Body): AdminAnswer<Data> {
  const [, date] = Object.entries(headers).find(([name]) => name.toLowerCase() === "date") ?? [];
  const answeredAt = Date.parse(String(date));
  if (!data || Number.isNaN(answeredAt)) {
    throw unavailable("Its answer had no content or no date.");
  }
  const points = extensions?.cost?.actualQueryCost ?? null;
  return { data: data as Data, answeredAt, denied, points };
}

/**
 * Fields that the app may not see come as null together with ACCESS_DENIED; the rest of the answer
 * is good, unless the orders themselves were denied. The library throws all of it away.
 * https://shopify.dev/docs/apps/launch/protected-customer-data
 */
function redacted(error: unknown): Body {
  const { body, headers } = error as LibraryError;
  const errors = body?.errors?.graphQLErrors ?? [];
  const denied = errors.flatMap((one) => deniedBy(one) ?? []);
  const isOnlyDenied = denied.length > 0 && denied.length === errors.length;
  const isAnswered = Object.values(body?.data ?? {}).some((member) => member !== null);
  if (isOnlyDenied && body?.data && isAnswered) {
    return { data: body.data, headers: headers ?? {}, denied };
  }
  throw new AdminError(refusalOf(error));
}

/** What is read of the errors that @shopify/shopify-api throws. */
type LibraryError = {
  response?: { code?: number; retryAfter?: number; body?: { error?: unknown } };
  headers?: Record<string, string[]>;
  body?: {
    data?: Record<string, unknown> | null;
    errors?: { graphQLErrors?: GraphqlError[] };
    extensions?: { cost?: Cost };
  };
};
type Cost = {
  requestedQueryCost: number;
  throttleStatus: { currentlyAvailable: number; restoreRate: number };
};

/**
 * 403 says nothing of a shop's access, which 401 does: the address that asks is not on the app's list
 * of allowed ones, and that concerns every shop until somebody corrects the list.
 * https://shopify.dev/docs/apps/build/dev-dashboard/ip-allowlist
 */
export const shutOut: AdminRefusal = {
  ...{ kind: "unavailable", retryAfterMs: null, isShutOut: true },
  reason:
    "It answered with HTTP status 403. Is this server's address on the app's list of allowed IP addresses?",
};

/** Told by name: two copies of the library may be loaded. */
const withoutAccess = ["SessionNotFoundError", "MissingRequiredArgument", "InvalidJwtError"];

function refusalOf(error: unknown): AdminRefusal {
  if (error instanceof AdminError) return error.refusal;
  const { response, body } = (error ?? {}) as LibraryError;
  if (error instanceof Error && withoutAccess.includes(error.constructor.name)) {
    return { kind: "no_session" };
  }
  const status = response?.code;
  const notRenewed = response?.body?.error === "invalid_subject_token";
  if (status === 401 || notRenewed) return { kind: "no_session" };
  if (status === 403) return shutOut;
  if (status !== undefined) {
    const { retryAfter } = response ?? {};
    return unavailable(
      `It answered with HTTP status ${status}.`,
      retryAfter === undefined ? null : retryAfter * 1000,
    ).refusal;
  }
  const errors = body?.errors?.graphQLErrors ?? [];
  if (errors.some((one) => codeOf(one) === "THROTTLED")) {
    return unavailable("It was asked too often.", restoreMs(body?.extensions?.cost)).refusal;
  }
  if (errors[0]) {
    const reason = `It answered ${codeOf(errors[0])}: ${errors[0].message ?? ""}`;
    const missingAccess = accessOf(errors.flatMap((one) => deniedBy(one) ?? []));
    return { kind: "unavailable", retryAfterMs: null, reason, missingAccess };
  }
  return unavailable("It could not be reached.").refusal;
}

function codeOf(error: GraphqlError): string {
  return error.extensions?.code ?? "an error";
}

/** How long the bucket needs until it holds what the query costs. */
function restoreMs(cost: Cost | undefined): number | null {
  if (!cost) return null;
  const { currentlyAvailable, restoreRate } = cost.throttleStatus;
  const short = Math.max(0, cost.requestedQueryCost - currentlyAvailable);
  return Math.ceil((short / restoreRate) * 1000);
}

export function unavailable(reason: string, retryAfterMs: number | null = null): AdminError {
  return new AdminError({ kind: "unavailable", retryAfterMs, reason });
}
