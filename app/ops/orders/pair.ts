import { pairByHand } from "#app/actions/order-actions.ts";
import { command, operator } from "#app/ops/command.ts";

/** Pairs a product line with a plan line by hand. */
export const pair = command({
  usage: "pair <shop> <order> <product line> <plan line> [--offer ID] [--plan ID]",
  positionals: { shop: "one", order: "one", "product line": "one", "plan line": "one" },
  options: { offer: { type: "string" }, plan: { type: "string" } },
  async run({ named, values }, withDatabase) {
    const { shop, order: orderId, "product line": productLineId, "plan line": planLineId } = named;
    return await withDatabase(async ({ run, services }) => {
      const pair = {
        productLineId,
        planLineId,
        offerId: values.offer ?? null,
        planId: values.plan ?? null,
      };
      const { status, pairs } = await pairByHand(run, shop, orderId, pair, operator);
      await services.queue.wake([shop]);
      return {
        data: { shop, order: orderId, ...pair, status, pairs },
        text: [
          `The order is ${status}. Its pairs:`,
          ...pairs.map(
            ({ productLineId, productTitle, planLineId, planTitle }) =>
              `line ${productLineId} (${productTitle}) with plan ${planLineId} (${planTitle})`,
          ),
        ].join("\n"),
      };
    });
  },
});
