import { fieldTexts, findingTexts } from "#app/order/findings.ts";
import deAnalytics from "#app/texts/messages/de/analytics.json" with { type: "json" };
import deCommon from "#app/texts/messages/de/common.json" with { type: "json" };
import deFinding from "#app/texts/messages/de/finding.json" with { type: "json" };
import deHelp from "#app/texts/messages/de/help.json" with { type: "json" };
import deHome from "#app/texts/messages/de/home.json" with { type: "json" };
import deMail from "#app/texts/messages/de/mail.json" with { type: "json" };
import deOrderPage from "#app/texts/messages/de/orderPage.json" with { type: "json" };
import deOrders from "#app/texts/messages/de/orders.json" with { type: "json" };
import deOverview from "#app/texts/messages/de/overview.json" with { type: "json" };
import dePlans from "#app/texts/messages/de/plans.json" with { type: "json" };
import deQueue from "#app/texts/messages/de/queue.json" with { type: "json" };
import deRefunds from "#app/texts/messages/de/refunds.json" with { type: "json" };
import deRefusedField from "#app/texts/messages/de/refusedField.json" with { type: "json" };
import deRule from "#app/texts/messages/de/rule.json" with { type: "json" };
import deSettings from "#app/texts/messages/de/settings.json" with { type: "json" };
import analytics from "#app/texts/messages/en/analytics.json" with { type: "json" };
import common from "#app/texts/messages/en/common.json" with { type: "json" };
import help from "#app/texts/messages/en/help.json" with { type: "json" };
import home from "#app/texts/messages/en/home.json" with { type: "json" };
import mail from "#app/texts/messages/en/mail.json" with { type: "json" };
import orderPage from "#app/texts/messages/en/orderPage.json" with { type: "json" };
import orders from "#app/texts/messages/en/orders.json" with { type: "json" };
import overview from "#app/texts/messages/en/overview.json" with { type: "json" };
import plans from "#app/texts/messages/en/plans.json" with { type: "json" };
import queue from "#app/texts/messages/en/queue.json" with { type: "json" };
import refunds from "#app/texts/messages/en/refunds.json" with { type: "json" };
import rule from "#app/texts/messages/en/rule.json" with { type: "json" };
import settings from "#app/texts/messages/en/settings.json" with { type: "json" };

const english = {
  ...{ common, finding: findingTexts, refusedField: fieldTexts, home, orders, orderPage, plans },
  analytics,
  ...{ settings, rule, help, mail, overview, queue, refunds },
};

/** Every text that merchants see, by page. English decides which texts there are. */
export type Messages = typeof english;

/** The texts by language. `Messages` makes TypeScript refuse a language that lacks one. */
export const messages: Record<"en" | "de", Messages> = {
  en: english,
  de: {
    analytics: deAnalytics,
    common: deCommon,
    finding: deFinding,
    refusedField: deRefusedField,
    home: deHome,
    orders: deOrders,
    orderPage: deOrderPage,
    plans: dePlans,
    settings: deSettings,
    rule: deRule,
    help: deHelp,
    mail: deMail,
    overview: deOverview,
    queue: deQueue,
    refunds: deRefunds,
  },
};
