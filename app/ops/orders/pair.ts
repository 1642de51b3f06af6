import { pairByHand } from "#app/actions/order-actions.ts";
import { type Command, operator, readArgs, shopDomain, UsageError } from "#app/ops/command.ts";

/** Pairs a product line with a plan line by hand. */
export const pair: Command = {
  usage: "pair <shop> <order> <product line> <plan line> [--offer ID] [--plan ID]",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, {
      offer: { type: "string" },
      plan: { type: "string" },
    });
    const shop = shopDomain(positionals[0]);
    const [, orderId, productLineId, planLineId] = positionals;
    if (!orderId || !productLineId || !planLineId) {
      throw new UsageError("An order, a product line and a plan line are needed.");
    }
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
};
