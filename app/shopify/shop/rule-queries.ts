/** The function's handle: extensions/cart-rule/shopify.extension.toml; a test holds both together. */
export const ruleHandle = "cart-rule";

/** Asked for when the rule is turned on: it writes what Shopify does at the shop's checkout. */
export const ruleScopes: readonly string[] = ["write_validations"];

/** More than a shop has: 25 may be active. */
export const rulePageSize = 100;

/** The app's functions that are deployed, and the validations of the shop, of other apps too. */
export const checkoutRulesQuery = `#graphql
  query CheckoutRules($first: Int!) {
    shopifyFunctions(first: $first) { nodes { handle } }
    validations(first: $first) {
      nodes { id enabled shopifyFunction { handle appKey } }
    }
  }`;

export type CheckoutRulesData = {
  shopifyFunctions: { nodes: { handle: string }[] };
  validations: {
    nodes: {
      id: string;
      enabled: boolean;
      shopifyFunction: { handle: string; appKey: string };
    }[];
  };
};

/** A function that fails lets the checkout go on. */
export const createRuleMutation = `#graphql
  mutation CreateCheckoutRule($handle: String!, $title: String!) {
    validationCreate(
      validation: { functionHandle: $handle, title: $title, enable: true, blockOnFailure: false }
    ) {
      userErrors { code message }
    }
  }`;

/** What is left out of an update goes back to its default. */
export const switchRuleMutation = `#graphql
  mutation SwitchCheckoutRule($id: ID!, $enable: Boolean!) {
    validationUpdate(id: $id, validation: { enable: $enable, blockOnFailure: false }) {
      userErrors { code message }
    }
  }`;

export type RuleError = { code: string | null; message: string };
export type RuleMutationData = Partial<
  Record<"validationCreate" | "validationUpdate", { userErrors: RuleError[] } | null>
>;
