/** The codes of refusals that Hakuna's pages name, and what they are given for. */
export const refusals = {
  invalid_request_parameters: "the request is not as the API takes it",
  product_unsupported: "a category of the wrong environment, or a price out of range",
  country_unsupported: "no plans in this country",
  saleschannel_unsupported: "no plans from this sales channel",
  location_unsupported: "no plan that was sold covers the customer's country",
  incorrect_saleschannel: "the plan was offered for another sales channel",
  cancel_decline: "fulfilled or cancelled already",
} as const;

export type RefusalCode = keyof typeof refusals;

export const refusalCodes = Object.keys(refusals) as RefusalCode[];
