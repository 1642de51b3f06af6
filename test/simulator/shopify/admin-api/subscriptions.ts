import type { ShopSubscriptions } from "../shop-subscriptions.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type Input = { uri?: string | null; format?: string | null };

/** What an app can read and change of its subscriptions in a shop. */
export function subscriptionRoots(
  subscriptions: ShopSubscriptions,
  scopes: ReadonlySet<string>,
): object {
  return {
    webhookSubscriptions: ({ topics, ...args }: PageArguments & { topics?: string[] | null }) =>
      pageOf(
        subscriptions.all.filter(({ topic }) => !topics || topics.includes(topic)),
        args,
      ),
    webhookSubscriptionCreate({
      topic,
      webhookSubscription: { uri },
    }: {
      topic: string;
      webhookSubscription: Input;
    }) {
      const problem = uri ? subscriptions.create(topic, uri, scopes) : "Address can't be blank";
      const field = ["webhookSubscription", uri ? "topic" : "uri"];
      return { userErrors: problem === null ? [] : [{ field, message: problem }] };
    },
    webhookSubscriptionDelete({ id }: { id: string }) {
      const message = "Webhook subscription does not exist";
      return { userErrors: subscriptions.delete(id) ? [] : [{ field: ["id"], message }] };
    },
  };
}
