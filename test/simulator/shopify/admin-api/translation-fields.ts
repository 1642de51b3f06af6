import type { ShopTranslations, Translatable } from "../shop-translations.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type TranslationInput = {
  locale: string;
  key: string;
  value: string;
  translatableContentDigest: string;
};

/** What an app can ask and change about the languages of a shop. */
export function translationFields(translations: ShopTranslations): object {
  const resource = (resourceId: string, content: Translatable[]) => ({
    __typename: "TranslatableResource",
    resourceId,
    translatableContent: content.map(({ key, value, digest }) => ({ key, value, digest })),
    translations: ({ locale }: { locale: string }) =>
      content.flatMap((one) => translations.translation(one, locale) ?? []),
  });
  return {
    shopLocales: ({ published }: { published?: boolean | null }) =>
      translations.locales.filter((one) => !published || one.published),

    translatableResourcesByIds({
      resourceIds,
      ...args
    }: PageArguments & { resourceIds: string[] }) {
      const found = resourceIds.flatMap((id) => {
        const content = translations.contentOf(id);
        return content ? [resource(id, content)] : [];
      });
      return pageOf(found, args);
    },

    translationsRegister({
      resourceId,
      translations: given,
    }: {
      resourceId: string;
      translations: TranslationInput[];
    }) {
      const content = translations.contentOf(resourceId);
      const wrong = (code: string, field: string[], message: string) => ({ code, field, message });
      if (!content) {
        const message = "Resource does not exist";
        return {
          translations: null,
          userErrors: [wrong("RESOURCE_NOT_FOUND", ["resourceId"], message)],
        };
      }
      const userErrors = given.flatMap(({ locale, key, value, translatableContentDigest }, at) => {
        const path = ["translations", String(at)];
        const text = content.find((one) => one.key === key);
        const isOfShop = translations.locales.some((one) => one.locale === locale && !one.primary);
        if (!text) {
          return [wrong("INVALID_KEY_FOR_MODEL", [...path, "key"], `Key ${key} is not valid`)];
        }
        if (!isOfShop) {
          const message = "Locale is not a valid locale for the shop";
          return [wrong("INVALID_LOCALE_FOR_SHOP", [...path, "locale"], message)];
        }
        if (text.digest !== translatableContentDigest) {
          const message = "Translatable content hash is invalid";
          return [wrong("INVALID_TRANSLATABLE_CONTENT", path, message)];
        }
        return value === "" ? [wrong("BLANK", [...path, "value"], "Value can't be blank")] : [];
      });
      if (userErrors.length > 0) return { translations: null, userErrors };
      for (const { locale, key, value } of given) {
        const text = content.find((one) => one.key === key);
        if (text) translations.register(text, locale, value);
      }
      return { translations: [], userErrors: [] };
    },
  };
}
