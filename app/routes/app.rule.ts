import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { boundary } from "@shopify/shopify-app-remix/server";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { ruleRequest } from "#app/components/shared/rule-request.ts";
import { readCheckoutRule, switchCheckoutRule } from "#app/shops/checkout-rule.ts";

/** How the rule at checkout stands: asked for by the pages that show it, apart from what they read. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { admin, config } = context;
  return data(await readCheckoutRule(admin, session.shop, config.SHOPIFY_API_KEY));
}

/** Turns it on or off. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { admin, config } = context;
  const { intent } = await readAsked(request, ruleRequest);
  const key = config.SHOPIFY_API_KEY;
  return data(await switchCheckoutRule(admin, session.shop, key, intent === "on"));
}

/** It is asked for when a page is opened, not whenever a page refreshes itself. */
export const shouldRevalidate = () => false;

export const headers = boundary.headers;
