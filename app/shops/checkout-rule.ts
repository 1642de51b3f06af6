import {
  type AdminAccess,
  AdminError,
  type AskAdmin,
  openAdmin,
} from "#app/shopify/access/admin-api.ts";
import { readWithin } from "#app/shopify/access/read-within.ts";
import { missingScopes } from "#app/shopify/access/scopes.ts";
import {
  type GrantedScopes,
  grantedScopesQuery,
  scopesIn,
} from "#app/shopify/shop/granted-scopes.ts";
import {
  type CheckoutRulesData,
  checkoutRulesQuery,
  createRuleMutation,
  type RuleError,
  type RuleMutationData,
  ruleHandle,
  rulePageSize,
  ruleScopes,
  switchRuleMutation,
} from "#app/shopify/shop/rule-queries.ts";

/** A page waits no longer than this for Shopify. */
const timeLimitMs = 10_000;

/** What the merchant reads in Shopify's settings of the checkout. */
const title = "Hakuna protection plans";

/** How the rule at checkout (extensions/cart-rule) stands in a shop, as Shopify says just now. */
export type RuleState =
  | "on"
  | "off"
  /** the merchant has not granted the scopes that it takes */
  | "no_access"
  /** the version of the app that runs has no such function */
  | "not_deployed"
  /** Shopify did not answer, or the app has no access to the shop */
  | "unknown";

/** Why Shopify did not turn it on or off; `words` are Shopify's own. */
export type RuleRefusal = {
  code: "too_many" | "not_deployed" | "needs_plus" | "other";
  words: string;
};

export type CheckoutRule = { state: RuleState; refusal: RuleRefusal | null };

/**
 * Asks Shopify how the rule stands. Nothing of it is stored: the merchant can change it in Shopify's
 * settings too.
 *
 * @param clientId of the app: handles are an app's own
 */
export async function readCheckoutRule(
  admin: AdminAccess,
  shop: string,
  clientId: string,
): Promise<CheckoutRule> {
  return await withShopify(admin, shop, async (ask) => {
    const { state } = await look(ask, clientId);
    return { state, refusal: null };
  });
}

/**
 * Turns the rule on or off. Done twice it changes nothing; a rule that was made in Shopify's settings
 * is turned on and off as well.
 *
 * @returns how it stands then
 */
export async function switchCheckoutRule(
  admin: AdminAccess,
  shop: string,
  clientId: string,
  on: boolean,
): Promise<CheckoutRule> {
  return await withShopify(admin, shop, async (ask) => {
    const { state, rules } = await look(ask, clientId);
    if (state !== (on ? "off" : "on")) return { state, refusal: null };
    const [first] = rules;
    const wrong = on ? (first ? [first] : []) : rules.filter(({ enabled }) => enabled);
    const answers =
      on && !first
        ? [await ask<RuleMutationData>(createRuleMutation, { handle: ruleHandle, title })]
        : await switchAll(ask, wrong, on);
    const [error] = answers.flatMap(({ data }) =>
      Object.values(data).flatMap((payload) => payload?.userErrors ?? []),
    );
    const after = (await look(ask, clientId)).state;
    const isDone = after === (on ? "on" : "off");
    return { state: after, refusal: error && !isDone ? refusalOf(error) : null };
  });
}

async function switchAll(ask: AskAdmin, rules: readonly { id: string }[], enable: boolean) {
  const answers = [];
  for (const { id } of rules) {
    answers.push(await ask<RuleMutationData>(switchRuleMutation, { id, enable }));
  }
  return answers;
}

type Rules = CheckoutRulesData["validations"]["nodes"];

async function look(ask: AskAdmin, clientId: string): Promise<{ state: RuleState; rules: Rules }> {
  const { data: granted } = await ask<GrantedScopes>(grantedScopesQuery, {});
  const missing = missingScopes({ SCOPES: ruleScopes }, { scopes: scopesIn(granted).join() });
  if (missing.length > 0) return { state: "no_access", rules: [] };
  const { data } = await ask<CheckoutRulesData>(checkoutRulesQuery, { first: rulePageSize });
  const rules = data.validations.nodes.filter(
    ({ shopifyFunction: { handle, appKey } }) => handle === ruleHandle && appKey === clientId,
  );
  if (rules.some(({ enabled }) => enabled)) return { state: "on", rules };
  const isDeployed = data.shopifyFunctions.nodes.some(({ handle }) => handle === ruleHandle);
  return { state: isDeployed ? "off" : "not_deployed", rules };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/enums/ValidationUserErrorCode */
const refusals: Record<string, RuleRefusal["code"]> = {
  MAX_VALIDATIONS_ACTIVATED: "too_many",
  FUNCTION_NOT_FOUND: "not_deployed",
  FUNCTION_PENDING_DELETION: "not_deployed",
  FUNCTION_DOES_NOT_IMPLEMENT: "not_deployed",
  CUSTOM_APP_FUNCTION_NOT_ELIGIBLE: "needs_plus",
};

function refusalOf({ code, message }: RuleError): RuleRefusal {
  return { code: refusals[code ?? ""] ?? "other", words: message };
}

async function withShopify(
  admin: AdminAccess,
  shop: string,
  work: (ask: AskAdmin) => Promise<CheckoutRule>,
): Promise<CheckoutRule> {
  try {
    return await readWithin(timeLimitMs, async (signal) =>
      work(await openAdmin(admin, shop, signal)),
    );
  } catch (error) {
    if (error instanceof AdminError) return { state: "unknown", refusal: null };
    throw error;
  }
}
