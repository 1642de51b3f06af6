import { z } from "zod";
import { planDetails } from "#app/plans/chosen-plans.ts";
import { planPageSizes } from "#app/shopify/plans/plan-queries.ts";

const productId = z.string().regex(/^gid:\/\/shopify\/Product\/\d{1,20}$/);
const collectionId = z.string().regex(/^gid:\/\/shopify\/Collection\/\d{1,20}$/);

/** For what: products, or all products of collections. */
const target = {
  productIds: z.array(productId).max(1000),
  collectionIds: z.array(collectionId).max(100),
};

/** What the page of plans may ask for. */
export const plansRequest = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("offers"), ...target }),
  z.object({ intent: z.literal("unlink"), ...target }),
  z.object({
    intent: z.literal("read"),
    ids: z.array(planDetails.shape.id).min(1).max(planPageSizes.plans),
  }),
  z.object({
    intent: z.literal("link"),
    ...target,
    plans: z.array(planDetails).min(1).max(planPageSizes.plans),
  }),
  z.object({ intent: z.literal("cancel"), job: z.uuid() }),
  z.object({ intent: z.literal("resume") }),
  /** offers for all products that have no plans */
  z.object({ intent: z.literal("cover") }),
  /** new products of this collection get plans by themselves */
  z.object({
    intent: z.literal("follow"),
    collection: z.object({ id: collectionId, title: z.string().max(1000) }),
  }),
  z.object({ intent: z.literal("unfollow") }),
  z.object({ intent: z.literal("look") }),
]);

export type PlansRequest = z.infer<typeof plansRequest>;
