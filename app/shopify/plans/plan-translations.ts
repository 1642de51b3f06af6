import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { refuse } from "./plan-catalog.ts";
import { planPageSizes, type UserErrors } from "./plan-queries.ts";

/** The languages of a shop, as Shopify writes them: `de`, `pt-BR`. */
export type ShopLocales = { primary: string; others: string[] };

/** A text of a resource: its key there, and its translations by the shop's locale. */
export type Translated = {
  resourceId: string;
  key: string;
  texts: ReadonlyMap<string, string>;
};

export const shopLocalesQuery = `#graphql
  query ShopLocales {
    shopLocales { locale primary }
  }
`;

/** What of a product's variants has texts of its own. */
export const planTextIdsQuery = `#graphql
  query PlanTextIds($id: ID!, $first: Int!) {
    product(id: $id) {
      variants(first: $first) {
        nodes {
          id
          selectedOptions { optionValue { id } }
          insuranceUrl: metafield(namespace: "$app", key: "insurance_url") { id }
        }
      }
    }
  }
`;

export const translatablesQuery = `#graphql
  query Translatables($ids: [ID!]!, $first: Int!, $locale: String!) {
    translatableResourcesByIds(resourceIds: $ids, first: $first) {
      nodes {
        resourceId
        translatableContent { key digest }
        translations(locale: $locale) { key value outdated }
      }
    }
  }
`;

export const registerTranslations = `#graphql
  mutation RegisterTranslations($id: ID!, $translations: [TranslationInput!]!) {
    translationsRegister(resourceId: $id, translations: $translations) {
      userErrors { field message }
    }
  }
`;

type TextIdsData = {
  product: {
    variants: {
      nodes: {
        id: string;
        selectedOptions: { optionValue: { id: string } }[];
        insuranceUrl: { id: string } | null;
      }[];
    };
  } | null;
};
type TranslatablesData = {
  translatableResourcesByIds: {
    nodes: {
      resourceId: string;
      translatableContent: { key: string; digest: string | null }[];
      translations: { key: string; value: string | null; outdated: boolean }[];
    }[];
  };
};
type TranslationInput = {
  locale: string;
  key: string;
  value: string;
  translatableContentDigest: string;
};

/** Needs the scope `read_locales`. */
export async function readShopLocales(ask: AskAdmin): Promise<ShopLocales> {
  const { data } = await ask<{ shopLocales: { locale: string; primary: boolean }[] }>(
    shopLocalesQuery,
    {},
  );
  const primary = data.shopLocales.find((one) => one.primary)?.locale ?? "en";
  const others = data.shopLocales.flatMap((one) => (one.primary ? [] : [one.locale]));
  return { primary, others };
}

/** Ids of what holds a variant's title, and its link to the insurance details, by the variant's id. */
export async function readPlanTextIds(
  ask: AskAdmin,
  productId: string,
): Promise<Map<string, { title: string | null; insuranceUrl: string | null }>> {
  const variables = { id: productId, first: planPageSizes.variants };
  const { data } = await ask<TextIdsData>(planTextIdsQuery, variables);
  const nodes = data.product?.variants.nodes ?? [];
  return new Map(
    nodes.map(({ id, selectedOptions, insuranceUrl }) => [
      id,
      {
        title: selectedOptions[0]?.optionValue.id ?? null,
        insuranceUrl: insuranceUrl?.id ?? null,
      },
    ]),
  );
}

/**
 * Registers those of the translations that are not there, or of another text than the present one.
 * Needs the scope `write_translations`.
 */
export async function translate(ask: AskAdmin, texts: readonly Translated[]): Promise<void> {
  const locales = new Set(texts.flatMap((one) => [...one.texts.keys()]));
  const wanted = new Map<string, TranslationInput[]>();
  for (const locale of locales) {
    const those = texts.filter((one) => one.texts.has(locale));
    for (let start = 0; start < those.length; start += planPageSizes.variants) {
      const part = those.slice(start, start + planPageSizes.variants);
      const ids = part.map(({ resourceId }) => resourceId);
      const { data } = await ask<TranslatablesData>(translatablesQuery, {
        ...{ ids, locale, first: planPageSizes.variants },
      });
      for (const node of data.translatableResourcesByIds.nodes) {
        const text = part.find(({ resourceId }) => resourceId === node.resourceId);
        const input = text && missingIn(node, text, locale);
        if (input) wanted.set(node.resourceId, [...(wanted.get(node.resourceId) ?? []), input]);
      }
    }
  }
  for (const [id, translations] of wanted) {
    const { data } = await ask<{ translationsRegister: { userErrors: UserErrors } }>(
      registerTranslations,
      { id, translations },
    );
    refuse(data.translationsRegister.userErrors);
  }
}

function missingIn(
  node: TranslatablesData["translatableResourcesByIds"]["nodes"][number],
  { key, texts }: Translated,
  locale: string,
): TranslationInput | null {
  const value = texts.get(locale);
  const digest = node.translatableContent.find((one) => one.key === key)?.digest;
  const known = node.translations.find((one) => one.key === key);
  if (value === undefined || !digest || (known?.value === value && !known.outdated)) return null;
  return { locale, key, value, translatableContentDigest: digest };
}
