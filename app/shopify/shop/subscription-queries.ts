/** More than the app ever makes in a shop. */
export const subscriptionPageSize = 100;

/** The app's own subscriptions of a shop; those of shopify.app.toml are not among them. */
export const subscriptionsQuery = `#graphql
  query Subscriptions($first: Int!, $topics: [WebhookSubscriptionTopic!]) {
    webhookSubscriptions(first: $first, topics: $topics) { nodes { id topic uri } }
  }
`;

export const subscribeMutation = `#graphql
  mutation Subscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
      userErrors { field message }
    }
  }
`;

export const unsubscribeMutation = `#graphql
  mutation Unsubscribe($id: ID!) {
    webhookSubscriptionDelete(id: $id) { userErrors { field message } }
  }
`;

export type SubscriptionsData = {
  webhookSubscriptions: { nodes: { id: string; topic: string; uri: string }[] };
};

type Errors = { userErrors: { field: string[] | null; message: string }[] } | null;
export type SubscribeData = { webhookSubscriptionCreate: Errors };
export type UnsubscribeData = { webhookSubscriptionDelete: Errors };

/** A topic as the Admin API writes it: RETURNS_REQUEST. */
export function topicName(topic: string): string {
  return topic.toUpperCase().replaceAll("/", "_");
}
