import { z } from "zod";
import { parseExactJson } from "./exact-json.ts";
import { PayloadError } from "./payload-reader.ts";

/**
 * The topics that tell of a return. Most need `read_returns`, so that a shop is subscribed to them
 * only when that is granted: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/WebhookSubscriptionTopic
 */
export const returnTopics = [
  "returns/request",
  "returns/approve",
  "returns/decline",
  "returns/cancel",
  "returns/close",
  "returns/reopen",
  "returns/update",
  "returns/process",
] as const;

export type ReturnTopic = (typeof returnTopics)[number];

/** Ids as text. `orderId` is null where the topic does not tell it. */
export type NamedReturn = { returnId: string; orderId: string | null };

const id = z
  .union([z.number(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^\d+$/, "is not a numeric id"));
const own = z.string().regex(/^gid:\/\/shopify\/Return\/\d+$/, "is not a return's global id");
const order = z.object({ id });

/** What a whole return bears, and nothing else does: Shopify signs the body alone. */
const whole = z.object({ admin_graphql_api_id: own, status: z.string(), order });
const moved = z.object({ admin_graphql_api_id: own, status: z.string(), order_id: id });
/** What was changed, without its order; of `returns/process` Shopify publishes no shape. */
const changed = z.object({
  admin_graphql_api_id: own,
  order: order.optional(),
  order_id: id.optional(),
});

const shapes: Record<ReturnTopic, z.ZodType<z.infer<typeof changed>>> = {
  "returns/request": whole,
  "returns/approve": whole,
  "returns/decline": whole,
  "returns/cancel": moved,
  "returns/close": moved,
  "returns/reopen": moved,
  "returns/update": changed,
  "returns/process": changed,
};

/**
 * Which return a webhook is about. No more of it is read: how the return stands is asked for at the
 * Admin API, and what no body says of its shop counts for nothing that way.
 *
 * @throws PayloadError where the body is not of its topic's shape
 */
export function readReturnWebhook(topic: ReturnTopic, body: Uint8Array): NamedReturn {
  const read = shapes[topic].safeParse(parseExactJson(new TextDecoder().decode(body)));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new PayloadError(issue?.path.join(".") || "payload", issue?.message ?? "is not readable");
  }
  const { admin_graphql_api_id, order, order_id } = read.data;
  return {
    returnId: admin_graphql_api_id.replace(/^.*\//, ""),
    orderId: order?.id ?? order_id ?? null,
  };
}
