/** A plan of the buyer's order, as the app tells it. Times are epoch milliseconds. */
export type BuyerPlan = {
  id: string;
  title: string;
  /** units that are not given back yet */
  left: number;
  /** whether the plan alone can be given back */
  state: "open" | "partly" | "past";
  /** until when; null: there is no end yet */
  until: number | null;
  /** what was asked for last; null: nothing */
  request: BuyerRequest | null;
};

export type BuyerRequest = {
  /** stands in the receipt */
  id: string;
  units: number;
  at: number;
  answer: "refunded" | "declined" | null;
  receipt: "due" | "sent" | "failed" | "no_mail" | "no_address";
};

export type Asked =
  | { result: "asked"; request: BuyerRequest }
  | { result: "open" | "late" | "changed" };

type Api = { orderId: string; sessionToken: { get(): Promise<string> } };

/** Whether the buyer may ask for it now. */
export function canAsk({ left, state, request }: BuyerPlan): boolean {
  return left > 0 && state !== "past" && (request === null || request.answer !== null);
}

/** The plans of the order; none where it has none, or is not the buyer's. @throws no answer */
export async function readPlans(api: Api): Promise<BuyerPlan[]> {
  const answer = await ask(api, { method: "GET" });
  if (answer.status === 404 || answer.status === 403) return [];
  if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
  return ((await answer.json()) as { plans: BuyerPlan[] }).plans;
}

/** Asks to give units of a plan back. @throws when it is not known to have worked */
export async function askBack(
  api: Api,
  { id, left }: BuyerPlan,
  units: number,
  locale: string,
): Promise<Asked> {
  const body = JSON.stringify({ planLineId: id, units, left, locale });
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(api, { method: "POST", body, headers });
  if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
  return (await answer.json()) as Asked;
}

/** Shopify's command line puts the app's address in when it bundles. */
const appUrl = () => process.env.APP_URL;

async function ask({ orderId, sessionToken }: Api, init: RequestInit): Promise<Response> {
  const id = orderId.slice(orderId.lastIndexOf("/") + 1);
  const token = await sessionToken.get();
  const headers = { ...init.headers, Authorization: `Bearer ${token}` };
  return await fetch(`${appUrl()}/api/buyer/orders/${id}`, { ...init, headers });
}
