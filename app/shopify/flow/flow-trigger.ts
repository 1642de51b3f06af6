/**
 * Starts the shop's workflows that begin with a trigger of the app's.
 * https://shopify.dev/docs/apps/build/flow/triggers/reference
 */
export const flowTriggerMutation = `#graphql
  mutation FireFlowTrigger($handle: String!, $payload: JSON!) {
    flowTriggerReceive(handle: $handle, payload: $payload) {
      userErrors { field message }
    }
  }`;

export type FlowTriggerData = {
  flowTriggerReceive: { userErrors: { field: string[] | null; message: string }[] } | null;
};
