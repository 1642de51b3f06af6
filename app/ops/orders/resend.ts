import { resendOrders } from "#app/actions/order-actions.ts";
import { ordersToResend, type ResendFilter } from "#app/actions/resend.ts";
import {
  type Command,
  oneOf,
  operator,
  readArgs,
  shopDomain,
  UsageError,
} from "#app/ops/command.ts";
import { momentOf } from "#app/ops/since.ts";
import { findingTexts } from "#app/order/findings.ts";

const statuses = ["pending", "sent", "confirmed", "blocked", "rejected"] as const;

/** Orders of one transaction: the shop's sync waits for it. */
const group = 200;

/** Sends orders once more: those named, all that failed, or those that a filter takes. */
export const resend: Command = {
  usage:
    "resend <shop> <id>… | --failed | [--status rejected] [--since 2h] [--until TIME] [--finding CODE] [--dry-run]",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, {
      ...{ failed: { type: "boolean" }, "dry-run": { type: "boolean" } },
      ...{ status: { type: "string" }, finding: { type: "string" } },
      ...{ since: { type: "string" }, until: { type: "string" } },
    });
    const shop = shopDomain(positionals[0]);
    const named = positionals.slice(1);
    const filter = filterOf(values);
    if (named.length > 0 === (filter !== null)) {
      throw new UsageError(
        "Name the orders to send again, or give --failed or another filter, and not both.",
      );
    }
    return await withDatabase(async ({ run, services }) => {
      const ids = filter ? await ordersToResend(run.pool, shop, filter) : named;
      if (values["dry-run"]) {
        return { data: ids, text: ids.join("\n") || "No order is meant." };
      }
      const sent = new Map<string, string>();
      for (let first = 0; first < ids.length; first += group) {
        const some = ids.slice(first, first + group);
        for (const [id, status] of await resendOrders(run, shop, some, operator)) {
          sent.set(id, status);
        }
      }
      if (sent.size > 0) await services.queue.wake([shop]);
      const unknown = ids.filter((id) => !sent.has(id));
      if (unknown.length > 0) {
        throw new Error(
          `${shop} has no order ${unknown.join(", ")}. ${sent.size} others are sent again.`,
        );
      }
      const text = [...sent].map(([id, status]) => `${id}: ${status}`).join("\n");
      return { data: Object.fromEntries(sent), text: text || "No order is meant." };
    });
  },
};

/** null: no filter was given */
function filterOf(values: {
  failed?: boolean;
  status?: string;
  since?: string;
  until?: string;
  finding?: string;
}): ResendFilter | null {
  const { failed, status, since, until, finding } = values;
  if (!failed && status === undefined && !since && !until && finding === undefined) return null;
  const asked = oneOf("status", status, statuses);
  if (failed && asked)
    throw new UsageError("--failed is rejected and blocked: leave out --status.");
  if (finding !== undefined && !Object.hasOwn(findingTexts, finding)) {
    const known = Object.keys(findingTexts).join(", ");
    throw new UsageError(`--finding is a finding's code: ${known}.`);
  }
  return {
    statuses: failed ? ["rejected", "blocked"] : asked ? [asked] : statuses,
    since: since ? momentOf("since", since, Date.now()) : null,
    until: until ? momentOf("until", until, Date.now()) : null,
    finding: finding ?? null,
  };
}
