/** What the app answers: texts are in the language that was asked for, amounts are written out. */
export type RefundPlan = {
  id: string;
  title: string;
  /** units that are chosen first, and that can be refunded now */
  units: number;
  left: number;
  /** why it is to be refunded; null: it is not, but may be cancelled */
  why: string | null;
  /** until when, or that its time is over */
  window: string;
};

export type RefundPlans = {
  plans: RefundPlan[];
  /** the customer is told where nobody says otherwise */
  notify: boolean;
  /** the shop lets the app refund */
  mayRefund: boolean;
};

export type Preview = {
  units: number;
  left: number;
  /** minor units, as they are confirmed */
  amount: number;
  currency: string;
  /** what was paid back of the order before: another amount is another order */
  refunded: number;
  canNotify: boolean;
  /** name and amount of what is shown, in order; the last of them is what is paid back */
  rows: { label: string; value: string }[];
  warnings: string[];
};

/** What came of it, in words. */
export type Refunded = { isDone: boolean; text: string };

/** The number in `gid://shopify/Order/450789469`. */
export function orderIdOf(gid: string): string {
  return gid.slice(gid.lastIndexOf("/") + 1);
}

/** Reads which plans of the order can be refunded. The host adds the session token. @throws */
export async function readPlans(orderId: string, language: string): Promise<RefundPlans> {
  return await read(`/api/refunds/${orderId}?locale=${language}`);
}

/** Reads what Shopify would pay back. @throws */
export async function readPreview(
  orderId: string,
  language: string,
  { id, units }: { id: string; units: number },
): Promise<Preview | { unavailable: string }> {
  return await read(`/api/refunds/${orderId}?locale=${language}&plan=${id}&units=${units}`);
}

/** Pays back what was shown, or nothing if it is not the same any more. @throws no answer */
export async function refund(
  orderId: string,
  language: string,
  { id }: Pick<RefundPlan, "id">,
  { units, left, amount, currency, refunded, canNotify }: Preview,
  notify: boolean,
): Promise<Refunded> {
  const asked = { action: "refund", planLineId: id, units, left, amount, currency, refunded };
  return await read(`/api/refunds/${orderId}?locale=${language}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...asked, notify: notify && canNotify }),
  });
}

async function read<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const answer = await fetch(path, init);
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  if (!isJson || (!answer.ok && answer.status !== 503)) {
    throw new Error(`The app answered ${answer.status}.`);
  }
  return (await answer.json()) as Answer;
}
