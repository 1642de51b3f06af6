/** What src/run.graphql asks for; a test holds the two together. Absent and null are alike. */
export type RunInput = {
  buyerJourney: {
    step?: "CART_INTERACTION" | "CHECKOUT_INTERACTION" | "CHECKOUT_COMPLETION" | null;
  };
  localization: { country: { isoCode: string }; language: { isoCode: string } };
  cart: {
    billingAddress?: Address | null;
    deliveryGroups: { deliveryAddress?: Address | null }[];
    lines: InputLine[];
  };
};

type Address = { countryCode?: string | null };
type Value = { value?: string | null } | null;

export type InputLine = {
  id: string;
  quantity: number;
  ref?: Value;
  namesPlan?: Value;
  namesPlanToo?: Value;
  namesPlanOpenly?: Value;
  namesProduct?: Value;
  namesProductToo?: Value;
  namesProductOpenly?: Value;
  parentRelationship?: { parent: { id: string } } | null;
  merchandise:
    | {
        __typename: "ProductVariant";
        id: string;
        sku?: string | null;
        product: { id: string; title: string; handle: string; plans?: { value: string } | null };
        planId?: { value: string } | null;
        planCountry?: { value: string } | null;
      }
    | { __typename: "CustomProduct" };
};

/** https://shopify.dev/docs/api/functions/latest/cart-and-checkout-validation */
export type RunResult = {
  operations: { validationAdd: { errors: { message: string; target: string }[] } }[];
};
