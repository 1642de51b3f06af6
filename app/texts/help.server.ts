import german from "../../docs/help.de.md";
import english from "../../docs/help.en.md";
import type { Language } from "./i18n.ts";

const pages: Record<Language, string> = { en: english, de: german };

/**
 * The help page's body as HTML: the same words as in docs/, from one source. The title is left out:
 * Polaris writes the page's.
 */
export function helpHtml(language: Language): string {
  return pages[language];
}
