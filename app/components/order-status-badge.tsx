import { Badge, type BadgeProps } from "@shopify/polaris";
import type { ListedOrder } from "#app/sync/status.ts";

const looks: Record<
  ListedOrder["status"],
  Pick<BadgeProps, "tone" | "progress"> & { text: string }
> = {
  waiting: { text: "Waiting", tone: "info", progress: "incomplete" },
  pending: { text: "To be sent", tone: "attention", progress: "incomplete" },
  sent: { text: "Sent", tone: "success", progress: "partiallyComplete" },
  confirmed: { text: "Confirmed", tone: "success", progress: "complete" },
  blocked: { text: "Blocked", tone: "critical" },
  rejected: { text: "Rejected", tone: "critical" },
  skipped: { text: "Not shared" },
};

/** Where an order stands, in a word. */
export function OrderStatusBadge({ status }: { status: ListedOrder["status"] }) {
  const { text, ...look } = looks[status];
  return <Badge {...look}>{text}</Badge>;
}
