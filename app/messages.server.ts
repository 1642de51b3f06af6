import { fieldTexts, findingTexts } from "#app/order/findings.ts";
import deCommon from "./messages/de/common.json" with { type: "json" };
import deFinding from "./messages/de/finding.json" with { type: "json" };
import deHelp from "./messages/de/help.json" with { type: "json" };
import deHome from "./messages/de/home.json" with { type: "json" };
import deMail from "./messages/de/mail.json" with { type: "json" };
import deOrderPage from "./messages/de/orderPage.json" with { type: "json" };
import deOrders from "./messages/de/orders.json" with { type: "json" };
import dePlans from "./messages/de/plans.json" with { type: "json" };
import deRefusedField from "./messages/de/refusedField.json" with { type: "json" };
import deSettings from "./messages/de/settings.json" with { type: "json" };
import common from "./messages/en/common.json" with { type: "json" };
import help from "./messages/en/help.json" with { type: "json" };
import home from "./messages/en/home.json" with { type: "json" };
import mail from "./messages/en/mail.json" with { type: "json" };
import orderPage from "./messages/en/orderPage.json" with { type: "json" };
import orders from "./messages/en/orders.json" with { type: "json" };
import plans from "./messages/en/plans.json" with { type: "json" };
import settings from "./messages/en/settings.json" with { type: "json" };

const english = {
  ...{
    common,
    finding: findingTexts,
    refusedField: fieldTexts,
    home,
    orders,
    orderPage,
    plans,
    settings,
    help,
    mail,
  },
};

/** Every text that merchants see, by page. English decides which texts there are. */
export type Messages = typeof english;

/** The texts by language. `Messages` makes TypeScript refuse a language that lacks one. */
export const messages: Record<"en" | "de", Messages> = {
  en: english,
  de: {
    common: deCommon,
    finding: deFinding,
    refusedField: deRefusedField,
    home: deHome,
    orders: deOrders,
    orderPage: deOrderPage,
    plans: dePlans,
    settings: deSettings,
    help: deHelp,
    mail: deMail,
  },
};
