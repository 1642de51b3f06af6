/// <reference types="@shopify/ui-extensions/customer-account.order.action.menu-item.render" />
import "@shopify/ui-extensions/preact";
import { render } from "preact";
import { readPlans } from "./buyer-plans.ts";

/** The way into giving a plan back: at orders that hold one. */
export default async function menuItem(): Promise<void> {
  const plans = await readPlans(shopify).catch(() => []);
  if (plans.length === 0) return;
  render(<s-button>{shopify.i18n.translate("menu")}</s-button>, document.body);
}
