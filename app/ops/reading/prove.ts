import { askForProof } from "#app/agreement/proof-store.ts";
import { proveShop } from "#app/agreement/prove.ts";
import { command } from "#app/ops/command.ts";
import { runShop } from "#app/run/run.ts";

const lookMs = 200;

/** Holds a sample of a shop's orders against Shopify and Hakuna now, as the worker does every night. */
export const prove = command({
  usage: "prove <shop>",
  positionals: { shop: "one" },
  async run({ named: { shop } }, withDatabase) {
    return await withDatabase(async ({ run, services: { prisma, proofs } }) => {
      await askForProof(run.pool, shop);
      for (;;) {
        await runShop(run, shop);
        await proveShop(proofs, shop);
        const proof = await prisma.proof.findUniqueOrThrow({ where: { shop } });
        if (!proof.asked) {
          await runShop(run, shop);
          const { lastChecked: checked, lastDiffered: differed } = proof;
          const text = `${shop}: ${checked} orders checked, ${differed || "none"} ${differed === 1 ? "differs" : "differ"}.`;
          return { data: { shop, checked, differed }, text };
        }
        if (proof.reason === "paused") {
          throw new Error(
            `${shop} is not proven now: it is not connected, paused, held back, in back-off, uninstalled, or being evaluated anew. It goes on by itself.`,
          );
        }
        if (proof.failures > 0) {
          throw new Error(
            `${shop} cannot be read now: ${proof.reason}. It is tried again by itself.`,
          );
        }
        await new Promise((wait) => setTimeout(wait, lookMs));
      }
    });
  },
});
