import { setTimeout as sleep } from "node:timers/promises";
import { type AdminAccess, type Graphql, unavailable } from "./admin-api.ts";
import { QueryBudget, type QueryCost } from "./query-budget.ts";

/** Keeps the stored access of shops usable. */
export type SessionKeeper = {
  /**
   * Renews the shop's stored access where it has ended or soon will, or where Shopify has refused
   * the token.
   *
   * @throws AdminError where Shopify cannot be reached
   */
  keep(shop: string, refused?: string): Promise<void>;
};

/** What is used of the library's Shopify app. */
export type Library = {
  unauthenticated: {
    admin(
      shop: string,
    ): Promise<{ session: { accessToken?: string | undefined }; admin: { graphql: Graphql } }>;
  };
};

/**
 * The library's access to the Admin API, with what it lacks: tokens are renewed by one process at a
 * time, a token that is refused is renewed once more, and a query is asked only when the shop's
 * bucket can pay it. The budget is one per process.
 */
export function createAdminAccess(library: Library, sessions: SessionKeeper): AdminAccess {
  const budget = new QueryBudget();
  return {
    unauthenticated: {
      async admin(shop) {
        await sessions.keep(shop);
        let access = await library.unauthenticated.admin(shop);
        const graphql: Graphql = async (query, options) => {
          await pay(budget, shop, query, options);
          const noted = (body: unknown) => {
            const cost = costIn(body);
            if (cost) budget.note(shop, query, options.variables, cost, Date.now());
          };
          const ask = async () => {
            const response = await access.admin.graphql(query, options);
            const body = await response.json();
            noted(body);
            return { json: async () => body };
          };
          try {
            return await ask();
          } catch (error) {
            noted((error as { body?: unknown } | null)?.body);
            const { accessToken } = access.session;
            if (!isRefused(error) || accessToken === undefined) throw error;
            await sessions.keep(shop, accessToken);
            access = await library.unauthenticated.admin(shop);
            if (access.session.accessToken === accessToken) throw error;
            return await ask();
          }
        };
        return { admin: { graphql } };
      },
    },
  };
}

type Options = Parameters<Graphql>[1];

/** Waits until the query can be paid. @throws AdminError when its time is over before that */
async function pay(
  budget: QueryBudget,
  shop: string,
  query: string,
  { variables, signal }: Options,
): Promise<void> {
  for (;;) {
    const wait = budget.take(shop, query, variables, Date.now());
    if (wait === 0) return;
    await sleep(wait, undefined, { signal }).catch(() => {
      throw unavailable("Its rate limit leaves no time for the query.", wait);
    });
  }
}

/** HTTP 401: the token has ended, or another one has taken its place. */
function isRefused(error: unknown): boolean {
  return (error as { response?: { code?: number } } | null)?.response?.code === 401;
}

function costIn(body: unknown): QueryCost | undefined {
  return (body as { extensions?: { cost?: QueryCost } } | null)?.extensions?.cost;
}
