import { marked } from "marked";
import german from "../docs/help.de.md?raw";
import english from "../docs/help.en.md?raw";
import type { Language } from "./i18n.ts";

/** docs/help.*.md as HTML, made once. The Markdown is the project's own: it is trusted as it is. */
const pages: Record<Language, string> = { en: htmlOf(english), de: htmlOf(german) };

/** The help page's body: the same words as in docs/, from one source. */
export function helpHtml(language: Language): string {
  return pages[language];
}

/** Without the first heading: Polaris writes the page's title. */
function htmlOf(markdown: string): string {
  return marked.parse(markdown.replace(/^# .*\n/, ""), { async: false });
}
