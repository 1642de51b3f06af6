/**
 * What is known of an order: the same whether it came from a webhook or from the Admin API, holding
 * only what the mapping to the feed needs. Ids are strings (Shopify's exceed 2^53), times epoch
 * milliseconds, unit prices decimal strings in their shortest spelling ("" from outside is null).
 *
 * A state is always partial: a refund alone is a state with one refund and no head. Two states of
 * the same order are joined by `join` (fold.ts), whose table says how each component joins.
 */
export type OrderState = {
  /** lets states written by an older version be read later (stored-state.ts) */
  schemaVersion: 3;
  /** the numeric order id */
  id: string;
  /** null until the order itself was seen */
  head: Head | null;
  /** by line item id: what Shopify nulls when a product is deleted */
  productFacts: Record<string, ProductFacts>;
  cancelledAt: number | null;
  /** the merchant deleted the order in Shopify; says nothing about `cancelledAt` */
  deletedAt: number | null;
  /** the earliest `updated_at` at which the payment was seen voided; counts only while head.voided */
  voidedAt: number | null;
  fulfillments: Record<string, Fulfillment>;
  refunds: Record<string, Refund>;
  /**
   * line item id → the earliest `updated_at` that showed the line: lines of one checkout are of one
   * age
   */
  firstSeenAt: Record<string, number>;
  /**
   * line item id → number of removed units → the earliest `updated_at` that showed so many: dates
   * what the head says is gone, nothing else
   */
  removedUnits: Record<string, Record<string, number>>;
  /**
   * line item id → the most units that were ever shown gone. Counts only for a line whose head does
   * not say its current quantity (heads of version 1), and for a process of version 1
   */
  goneUnits: Record<string, number>;
  /**
   * ids of lines whose variant is known to be a plan, whatever vendor its product bears by then;
   * absent: none
   */
  knownPlans?: readonly string[];
  /** customers/redact was received: customer data is stripped after each join */
  redacted: boolean;
  /**
   * the order's time was over (retention): what Shopify said of it up to this `updated_at` stays
   * without customer data; absent: never
   */
  purgedThrough?: number;
};

/** When a piece of content was true, by Shopify's clocks. */
export type Rank = {
  /** the order's `updated_at`, whole seconds */
  updatedAt: number;
  /** X-Shopify-Triggered-At of the webhook, or the Date header of the API's answer */
  observedAt: number;
};

export type Head = {
  rank: Rank;
  /** customer data was taken out of it: the order must be read from Shopify before it can be sent */
  stripped?: true;
  /**
   * what the newest answer was not allowed to show. The fields hold what is known of them all the
   * same, and this says when it was true; null: nothing was ever known. Absent: nothing is denied
   */
  denied?: Partial<Record<CustomerField, Rank | null>>;
  name: string | null;
  /** `processed_at`, else `created_at` */
  placedAt: number;
  isTest: boolean;
  voided: boolean;
  /** the order's money comes back whole: financial_status "refunded" */
  fullyRefunded: boolean;
  /**
   * it is cancelled, and of what was paid for it not all was paid back. Absent: it is not so, or was
   * told before this was taken down
   */
  moneyKept?: true;
  email: string | null;
  phone: string | null;
  customer: Customer | null;
  billingAddress: Address | null;
  shippingAddress: Address | null;
  lineItems: LineItem[];
  /**
   * ids of the refunds that the same payload listed, so that any other is newer; null: it listed
   * none, not even an empty list; absent in version 1
   */
  refundIds?: string[] | null;
};

export type Customer = {
  id: string | null;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  defaultAddress: Address | null;
};

export type Address = {
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  zip: string | null;
  /** ISO 3166-1 alpha-2, as Shopify writes it (upper case) */
  countryCode: string | null;
};

/** A field of the head that tells of its customer, by its path. */
export type CustomerField =
  | "email"
  | "phone"
  | `customer.${"id" | "firstName" | "lastName" | "email" | "phone"}`
  | `${"customer.defaultAddress" | "billingAddress" | "shippingAddress"}.${keyof Address}`;

export type LineItem = {
  id: string;
  /** the ordered quantity; never what is left */
  quantity: number;
  /** what is left after refunds and removals; null: not told; absent in version 1 */
  currentQuantity?: number | null;
  title: string;
  /** unit prices before discounts */
  shopPrice: Money;
  presentmentPrice: Money | null;
  /** a discount was allocated to this line */
  discounted: boolean;
  giftCard: boolean;
  requiresShipping: boolean;
  /** the ones the pairing knows, by name in lower case, each once and with a value */
  properties: Property[];
};

/** `amount` is a decimal string ("10.5"), `currency` an ISO 4217 code in upper case. */
export type Money = { amount: string; currency: string };

export type Property = { name: string; value: string };

/** Each value with the rank at which it was last seen not null. */
export type ProductFacts = {
  variantId: Ranked<string> | null;
  productId: Ranked<string> | null;
  sku: Ranked<string> | null;
  vendor: Ranked<string> | null;
};

export type Ranked<T> = { value: T; rank: Rank };

export type FulfillmentStatus = "pending" | "open" | "success" | "error" | "failure" | "cancelled";

export type Fulfillment = {
  /** `updated_at`, else `created_at` */
  updatedAt: number;
  createdAt: number;
  status: FulfillmentStatus;
  /** each line once, by id */
  units: LineUnits[];
};

export type Refund = {
  observedAt: number;
  /** `processed_at`, else `created_at` */
  refundedAt: number;
  /** each line once, by id */
  units: LineUnits[];
};

export type LineUnits = { lineItemId: string; quantity: number };
