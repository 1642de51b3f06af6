/** What the app answers about an order: texts are in the language that was asked for. */
export type OrderSummary = {
  status: { text: string; tone: "success" | "info" | "warning" | "critical" | "neutral" };
  /** why the order has its status, or what to do; null: nothing to say */
  note: string | null;
  findings: { severity: "error" | "warning" | "info"; text: string }[];
  pairs: { product: string; plan: string }[];
  /** plans that are to be refunded, why, and until when (epoch milliseconds; null: no end) */
  refunds: { text: string; until: number | null }[];
  /** epoch milliseconds; null: never */
  sentAt: number | null;
  /** false: nothing of the order is sent, also when asked for */
  canResend: boolean;
};

/** The order was never heard of. */
export class UnknownOrder extends Error {}

/** The number in `gid://shopify/Order/450789469`. */
export function orderIdOf(gid: string): string {
  return gid.slice(gid.lastIndexOf("/") + 1);
}

/**
 * Reads an order's summary from the app. The host adds the session token and completes the address.
 *
 * @throws UnknownOrder when the app has not heard of it; any other error: it did not answer
 */
export async function readSummary(orderId: string, language: string): Promise<OrderSummary> {
  const answer = await fetch(`/api/orders/${orderId}?locale=${language}`);
  if (answer.status === 404) throw new UnknownOrder();
  if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
  return (await answer.json()) as OrderSummary;
}

/** Has the order sent once more, and answers its summary then. @throws when it did not work */
export async function resend(orderId: string, language: string): Promise<OrderSummary> {
  const answer = await fetch(`/api/orders/${orderId}?locale=${language}`, { method: "POST" });
  if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
  return (await answer.json()) as OrderSummary;
}
