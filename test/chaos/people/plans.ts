import { ask, sessionToken } from "#test/server/admin-client.ts";
import { eventually } from "#test/server/client.ts";
import type { Person } from "./person.ts";

export const plansOffered: Person = {
  name: "give products their plans",
  steps: ["plans"],
  scopes: ["write_products", "write_publications"],
  async begin(desk) {
    const { at, query, shop, scene } = desk;
    const offered = new Set<string>();
    const protections = () =>
      [...at.catalog.products.values()].filter(({ vendor }) => vendor === "hakuna");
    type Row = { state: string; result: { code?: string } | null };
    const jobOf = async (productId: string) =>
      (
        await query<Row>(
          `SELECT "state", "result" FROM "PlanJobProduct" WHERE "shop" = $1 AND "productId" = $2`,
          [shop, productId],
        )
      )[0];
    return {
      async act(turn) {
        const product = at.catalog.add({
          title: `Bicycle ${turn}`,
          variants: [{ price: "899.00", sku: `BIC-${turn}` }],
        });
        const body = { intent: "offers", productIds: [product.id], collectionIds: [] };
        await eventually(`there is a job for ${product.id}`, async () => {
          if ((await jobOf(product.id)) !== undefined) return true;
          const token = sessionToken(scene.world, shop);
          await ask(scene.world, "/app/plans.data", { token, body }).catch(() => null);
          return false;
        });
        await eventually(`${product.id} has its plans`, async () => {
          // a day goes by for a job that waits for a merchant
          await query(
            `UPDATE "PlanJob" SET "dueAt" = now() WHERE "shop" = $1 AND "state" = 'running'
                AND "dueAt" > now() + interval '1 minute'`,
            [shop],
          );
          const job = await jobOf(product.id);
          return job?.state === "done" || `${job?.state} ${job?.result?.code ?? ""}`;
        });
        offered.add(product.id);
        const plans: string[] = JSON.parse(product.metafields.get("app.plans")?.value ?? "[]");
        if (plans.length !== 3) throw new Error(`${product.id} has ${plans.length} plans`);
        if (plans.some((plan) => !at.catalog.variant(plan))) {
          throw new Error(`${product.id} names plans that are not there`);
        }
      },
      async wrong() {
        const surplus = protections().length - offered.size;
        return surplus === 0
          ? []
          : [`There are ${surplus} more protection products in ${shop} than products with plans.`];
      },
    };
  },
};
