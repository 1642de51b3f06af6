import { resendOrders } from "#app/actions/order-actions.ts";
import { ordersToResend, type ResendFilter } from "#app/actions/resend.ts";
import { command, oneOf, operator, UsageError } from "#app/ops/command.ts";
import { momentOf } from "#app/ops/since.ts";
import { findingTexts } from "#app/order/findings.ts";

const statuses = ["pending", "sent", "confirmed", "blocked", "rejected"] as const;

/** Orders of one transaction: the shop's sync waits for it. */
const group = 200;

/** Sends orders once more: those named, all that failed, or those that a filter takes. */
export const resend = command({
  usage:
    "resend <shop> <id>… | --failed | [--status rejected] [--since 2h] [--until TIME] [--finding CODE] [--dry-run]",
  positionals: { shop: "one", id: "many" },
  options: {
    ...{ failed: { type: "boolean" }, "dry-run": { type: "boolean" } },
    ...{ status: { type: "string" }, finding: { type: "string" } },
    ...{ since: { type: "string" }, until: { type: "string" } },
  },
  async run({ named: { shop, id: asked }, values }, withDatabase) {
    const filter = filterOf(values);
    if (asked.length > 0 === (filter !== null)) {
      throw new UsageError(
        "Name the orders to send again, or give --failed or another filter, and not both.",
      );
    }
    return await withDatabase(async ({ run, services }) => {
      const ids = filter ? await ordersToResend(run.pool, shop, filter) : asked;
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
      const text = [...sent].map(([id, status]) => `${id}: ${status}`).join("\n");
      return {
        data: Object.fromEntries(sent),
        text: text || "No order is sent again.",
        failed: unknown.length > 0 ? `${shop} has no order ${unknown.join(", ")}.` : undefined,
      };
    });
  },
});

/** null: no filter was given */
function filterOf(values: {
  failed?: boolean | undefined;
  status?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  finding?: string | undefined;
}): ResendFilter | null {
  const { failed, status, since, until, finding } = values;
  if (!failed && [status, since, until, finding].every((one) => one === undefined)) return null;
  const asked = oneOf("status", status, statuses);
  if (failed && asked)
    throw new UsageError("--failed is rejected and blocked: leave out --status.");
  if (finding !== undefined && !Object.hasOwn(findingTexts, finding)) {
    const known = Object.keys(findingTexts).join(", ");
    throw new UsageError(`--finding is a finding's code: ${known}.`);
  }
  return {
    statuses: failed ? ["rejected", "blocked"] : asked ? [asked] : statuses,
    since: since !== undefined ? momentOf("since", since, Date.now()) : null,
    until: until !== undefined ? momentOf("until", until, Date.now()) : null,
    finding: finding ?? null,
  };
}
