import { GraphQLError } from "graphql";
import {
  declaredType,
  type Metafield,
  type Metafields,
  metafieldProblem,
  type OwnerType,
  ownNamespace,
} from "../metafields.ts";
import type { ShopCatalog } from "../shop-catalog.ts";
import { type CatalogProduct, type CatalogVariant, newVariant } from "../shop-catalog.ts";
import type { CatalogNodes } from "./catalog-nodes.ts";

type UserError = { code?: string; field: string[]; message: string };
type MetafieldInput = { namespace?: string; key: string; type?: string; value: string };
type OwnedInput = MetafieldInput & { ownerId: string };
type VariantInput = {
  id?: string;
  optionValues?: { optionName?: string; name?: string }[];
  price?: string;
  sku?: string;
  taxable?: boolean;
  inventoryPolicy?: string;
  inventoryItem?: { tracked?: boolean; requiresShipping?: boolean; sku?: string };
  metafields?: MetafieldInput[];
};
type ProductSetArguments = {
  identifier?: { id?: string; handle?: string };
  input: {
    title?: string;
    handle?: string;
    vendor?: string;
    productType?: string;
    status?: CatalogProduct["status"];
    productOptions?: { name: string; values: { name: string }[] }[];
    variants?: VariantInput[];
  };
  synchronous?: boolean;
};

/** What an app can change in a catalog. All of an input is done, or nothing. */
export function catalogMutations(catalog: ShopCatalog, nodes: CatalogNodes): object {
  const isVariant = (id: string) => catalog.variant(id) !== undefined;
  const problemsOf = (owner: OwnerType, all: MetafieldInput[], path: string[]): UserError[] =>
    all.flatMap((metafield, index) => {
      const problem = metafieldProblem(owner, metafield, isVariant);
      const field = [...path, "metafields", String(index), "value"];
      return problem ? [{ code: "INVALID_VALUE", field, message: problem }] : [];
    });

  function owner(id: string): { type: OwnerType; metafields: Metafields } | undefined {
    const product = catalog.products.get(id);
    if (product) return { type: "product", metafields: product.metafields };
    const variant = catalog.variant(id)?.variant;
    return variant && { type: "variant", metafields: variant.metafields };
  }

  return {
    metafieldsSet({ metafields }: { metafields: OwnedInput[] }) {
      if (metafields.length > 25) throw new GraphQLError("Exceeded the maximum of 25 metafields.");
      const userErrors = metafields.flatMap((metafield, index): UserError[] => {
        const owned = owner(metafield.ownerId);
        const problem = owned
          ? metafieldProblem(owned.type, metafield, isVariant)
          : "Owner does not exist";
        return problem ? [{ field: ["metafields", String(index)], message: problem }] : [];
      });
      if (userErrors.length > 0) return { metafields: null, userErrors };
      const set = metafields.map((metafield) => {
        const owned = owner(metafield.ownerId);
        if (!owned) throw new GraphQLError("Owner does not exist");
        return put(owned.metafields, owned.type, metafield);
      });
      return { metafields: set.map((one) => nodes.metafield(one)), userErrors: [] };
    },

    metafieldsDelete({ metafields }: { metafields: OwnedInput[] }) {
      const deletedMetafields = metafields.map(({ ownerId, namespace, key }) => {
        const name = `${ownNamespace(namespace)}.${key}`;
        return owner(ownerId)?.metafields.delete(name) ? { ownerId, namespace, key } : null;
      });
      return { deletedMetafields, userErrors: [] };
    },

    productSet({ identifier, input, synchronous }: ProductSetArguments) {
      if (synchronous === false) throw new GraphQLError("Only synchronously, in this simulator.");
      const known = identifier?.id
        ? catalog.products.get(identifier.id)
        : catalog.byHandle(identifier?.handle ?? "");
      const errors = setProblems(input);
      if (identifier?.id && !known) {
        errors.push({
          code: "PRODUCT_DOES_NOT_EXIST",
          field: ["identifier"],
          message: "Product does not exist",
        });
      }
      (input.variants ?? []).forEach((variant, index) => {
        const path = ["input", "variants", String(index)];
        errors.push(...problemsOf("variant", variant.metafields ?? [], path));
      });
      const isKnown = (name?: string) => known?.variants.some(({ title }) => title === name);
      const made = (input.variants ?? []).filter(
        ({ id, optionValues }) => !id && !isKnown(optionValues?.[0]?.name),
      );
      if (made.length > catalog.newVariantsLeft) {
        errors.push({
          code: "INVALID_VARIANT",
          field: ["input", "variants"],
          message: "Daily variant creation limit reached. Please try again later.",
        });
      }
      if (errors.length > 0) return { product: null, userErrors: errors };
      const product = known ?? newProduct(catalog, input, identifier?.handle);
      const { title, vendor, productType, status, handle, productOptions } = input;
      const given = {
        title,
        vendor,
        productType,
        status,
        handle,
        option: productOptions?.[0]?.name,
      };
      Object.assign(product, withoutUndefined(given));
      if (input.variants) {
        product.variants = input.variants.map((change) => {
          const name = change.optionValues?.[0]?.name ?? "";
          const before = product.variants.find((one) =>
            change.id ? one.id === change.id : one.title === name,
          );
          const variant = before ?? newVariant(catalog.nextId("ProductVariant"));
          variant.title = name;
          return changed(variant, change);
        });
      }
      return { product: nodes.product(product), userErrors: [] };
    },

    productVariantsBulkUpdate({
      productId,
      variants,
    }: {
      productId: string;
      variants: VariantInput[];
    }) {
      const product = catalog.products.get(productId);
      const errors = variants.flatMap((change, index): UserError[] => {
        const path = ["variants", String(index)];
        if (!product?.variants.some(({ id }) => id === change.id)) {
          return [
            {
              code: "PRODUCT_VARIANT_DOES_NOT_EXIST",
              field: [...path, "id"],
              message: "Product variant does not exist",
            },
          ];
        }
        return problemsOf("variant", change.metafields ?? [], path);
      });
      if (!product || errors.length > 0) {
        return { product: null, productVariants: null, userErrors: errors };
      }
      const done = variants.map((change) => {
        const variant = product.variants.find(({ id }) => id === change.id);
        if (!variant) throw new GraphQLError("Product variant does not exist");
        return nodes.variant(product, changed(variant, change));
      });
      return { product: nodes.product(product), productVariants: done, userErrors: [] };
    },

    publishablePublish({ id, input }: { id: string; input: { publicationId: string }[] }) {
      const product = catalog.products.get(id);
      if (!product) {
        return {
          publishable: null,
          userErrors: [{ field: ["id"], message: "Resource does not exist" }],
        };
      }
      for (const { publicationId } of input) product.publishedOn.add(publicationId);
      return { publishable: nodes.product(product), userErrors: [] };
    },
  };
}

function newProduct(
  catalog: ShopCatalog,
  { title, handle }: ProductSetArguments["input"],
  asked: string | undefined,
): CatalogProduct {
  const product = catalog.add({ title: title ?? "", handle: handle ?? asked, vendor: "" });
  product.variants = [];
  product.publishedOn.clear();
  return product;
}

/** What Shopify demands of a product's options and variants. */
function setProblems({
  title,
  variants,
  productOptions,
}: ProductSetArguments["input"]): UserError[] {
  const errors: UserError[] = [];
  const wrong = (field: string[], message: string) =>
    errors.push({ code: "INVALID_INPUT", field: ["input", ...field], message });
  if (title === "") wrong(["title"], "Title can't be blank");
  if (!variants) return errors;
  const option = productOptions?.[0];
  if (!option || productOptions?.length !== 1) {
    wrong(["productOptions"], "The simulated Shopify knows products with one option");
    return errors;
  }
  const names = variants.map(({ optionValues }) => optionValues?.[0]?.name ?? "");
  if (new Set(names).size < names.length) wrong(["variants"], "The variant already exists");
  const values = new Set(option.values.map(({ name }) => name));
  names.forEach((name, index) => {
    if (name === "" || name.length > 255 || !values.has(name)) {
      wrong(["variants", String(index), "optionValues"], "Option value does not exist");
    }
    const price = variants[index]?.price;
    if (price !== undefined && !(Number(price) >= 0)) {
      wrong(["variants", String(index), "price"], "Price must be greater than or equal to 0");
    }
  });
  return errors;
}

function changed(variant: CatalogVariant, change: VariantInput): CatalogVariant {
  const { price, taxable, inventoryItem = {}, inventoryPolicy } = change;
  const { tracked, requiresShipping } = inventoryItem;
  const sku = change.sku ?? inventoryItem.sku;
  Object.assign(variant, withoutUndefined({ price, sku, taxable, tracked, requiresShipping }));
  if (inventoryPolicy) variant.sellsWithoutStock = inventoryPolicy === "CONTINUE";
  for (const metafield of change.metafields ?? []) put(variant.metafields, "variant", metafield);
  return variant;
}

function put(
  into: Metafields,
  owner: OwnerType,
  { key, value, ...given }: MetafieldInput,
): Metafield {
  const namespace = ownNamespace(given.namespace);
  const type = given.type ?? declaredType(owner, key);
  const metafield = { namespace, key, type, value };
  into.set(`${namespace}.${key}`, metafield);
  return metafield;
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
