/** What a plan's variant says of itself; `$app` is the app's own namespace (shopify.app.toml). */
const plan = `#graphql
  fragment Plan on ProductVariant {
    id
    title
    price
    product { id title vendor handle }
    offerId: metafield(namespace: "$app", key: "offer_id") { value }
    planId: metafield(namespace: "$app", key: "plan_id") { value }
    insuranceUrl: metafield(namespace: "$app", key: "insurance_url") { value }
    termMonths: metafield(namespace: "$app", key: "term_months") { value }
    country: metafield(namespace: "$app", key: "country") { value }
    offerPrice: metafield(namespace: "$app", key: "offer_price") { value }
  }
`;

/** `plans`: that are linked by hand at once. */
export const planPageSizes = {
  ...{ products: 20, plans: 5, variants: 100 },
  ...{ collection: 250, coverage: 200 },
} as const;

/** A page of products, which plans they have, and what the app may do. */
export const planProductsQuery = `#graphql
  query PlanProducts(
    $first: Int, $last: Int, $after: String, $before: String, $query: String!
  ) {
    currentAppInstallation { accessScopes { handle } }
    products(
      first: $first, last: $last, after: $after, before: $before, query: $query, sortKey: TITLE
    ) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        id
        title
        vendor
        priceRangeV2 {
          minVariantPrice { amount currencyCode }
          maxVariantPrice { amount }
        }
        plans: metafield(namespace: "$app", key: "plans") { value }
      }
    }
  }
`;

/** One product with a page of its variants. */
export const productQuery = `#graphql
  query ProductForPlans($id: ID!, $first: Int!, $after: String) {
    shop { currencyCode }
    product(id: $id) {
      id
      title
      vendor
      productType
      plans: metafield(namespace: "$app", key: "plans") { value }
      variants(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          sku
          price
          requiresComponents
          plans: metafield(namespace: "$app", key: "plans") { value }
        }
      }
    }
  }
`;

/** The products of a collection. */
export const collectionQuery = `#graphql
  query CollectionForPlans($id: ID!, $first: Int!, $after: String) {
    collection(id: $id) {
      products(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          title
          vendor
          plans: metafield(namespace: "$app", key: "plans") { value }
        }
      }
    }
  }
`;

/** All products that are on sale, and whether they have plans. */
export const coverageQuery = `#graphql
  query PlanCoverage($first: Int!, $after: String, $query: String!) {
    products(first: $first, after: $after, query: $query, sortKey: ID) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        title
        vendor
        isGiftCard
        hasVariantsThatRequiresComponents
        priceRangeV2 { maxVariantPrice { amount } }
        plans: metafield(namespace: "$app", key: "plans") { value }
      }
    }
  }
`;

/** The product that holds the plans of another one, by its handle. */
export const planProductQuery = `#graphql
  query PlanProduct($handle: String!, $first: Int!) {
    productByIdentifier(identifier: { handle: $handle }) {
      id
      vendor
      variants(first: $first) { nodes { ...Plan } }
    }
  }
  ${plan}
`;

/** Plans by the ids of their variants. */
export const planVariantsQuery = `#graphql
  query PlanVariants($ids: [ID!]!) {
    nodes(ids: $ids) { ...Plan }
  }
  ${plan}
`;

/** Where products are sold. */
export const publicationsQuery = `#graphql
  query Publications($first: Int!) {
    publications(first: $first, catalogType: APP) {
      nodes {
        id
        catalog {
          ... on AppCatalog { apps(first: 1) { nodes { handle } } }
        }
      }
    }
  }
`;

export const setPlanProduct = `#graphql
  mutation SetPlanProduct($identifier: ProductSetIdentifiers!, $input: ProductSetInput!, $first: Int!) {
    productSet(identifier: $identifier, input: $input, synchronous: true) {
      product {
        id
        variants(first: $first) { nodes { ...Plan } }
      }
      userErrors { field message }
    }
  }
  ${plan}
`;

export const setPlanVariants = `#graphql
  mutation SetPlanVariants($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
    productVariantsBulkUpdate(productId: $product, variants: $variants) {
      userErrors { field message }
    }
  }
`;

export const publishPlans = `#graphql
  mutation PublishPlans($id: ID!, $publication: ID!) {
    publishablePublish(id: $id, input: [{ publicationId: $publication }]) {
      userErrors { field message }
    }
  }
`;

export const setLinks = `#graphql
  mutation LinkPlans($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) {
      userErrors { field message }
    }
  }
`;

export const deletePlanMetafields = `#graphql
  mutation DeletePlanMetafields($metafields: [MetafieldIdentifierInput!]!) {
    metafieldsDelete(metafields: $metafields) {
      userErrors { field message }
    }
  }
`;

type Value = { value: string } | null;
export type PlanNode = {
  id: string;
  title: string;
  price: string;
  product: { id: string; title: string; vendor: string; handle: string };
  offerId: Value;
  planId: Value;
  insuranceUrl: Value;
  termMonths: Value;
  country: Value;
  offerPrice: Value;
};
export type PlanProductsData = {
  currentAppInstallation: { accessScopes: { handle: string }[] };
  products: {
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
    nodes: {
      id: string;
      title: string;
      vendor: string;
      priceRangeV2: {
        minVariantPrice: { amount: string; currencyCode: string };
        maxVariantPrice: { amount: string };
      };
      plans: Value;
    }[];
  };
};
type Paged<Node> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Node[] };
export type ProductData = {
  shop: { currencyCode: string };
  product: {
    id: string;
    title: string;
    vendor: string;
    productType: string;
    plans: Value;
    variants: Paged<{
      id: string;
      sku: string | null;
      price: string;
      requiresComponents: boolean;
      plans: Value;
    }>;
  } | null;
};
type ListedProduct = { id: string; title: string; vendor: string; plans: Value };
export type CollectionData = { collection: { products: Paged<ListedProduct> } | null };
export type CoverageData = {
  products: Paged<
    ListedProduct & {
      isGiftCard: boolean;
      hasVariantsThatRequiresComponents: boolean;
      priceRangeV2: { maxVariantPrice: { amount: string } };
    }
  >;
};
export type PlanProductData = {
  productByIdentifier: { id: string; vendor: string; variants: { nodes: PlanNode[] } } | null;
};
export type PlanVariantsData = { nodes: (PlanNode | Record<string, never> | null)[] };
export type PublicationsData = {
  publications: {
    nodes: { id: string; catalog: { apps?: { nodes: { handle: string | null }[] } } | null }[];
  };
};
export type UserErrors = { field: string[] | null; message: string }[];
export type SetPlanProductData = {
  productSet: {
    product: { id: string; variants: { nodes: PlanNode[] } } | null;
    userErrors: UserErrors;
  };
};
