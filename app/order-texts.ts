import type { Note } from "#app/sync/listed-order.ts";
import type { Translate } from "./i18n.ts";

/** What there is to say about an order, as a sentence. */
export function noteText(t: Translate, locale: string, note: Note): string {
  switch (note.kind) {
    case "finding":
      return findingText(t, locale, note);
    case "reason":
      return t(`common.reason.${note.code}`, { detail: note.detail ?? "" });
    case "refused":
      return t("common.refused", { words: note.words });
  }
}

/** A finding's sentence, with the titles of its lines and the field that it is about. */
export function findingText(
  t: Translate,
  locale: string,
  {
    code,
    titles,
    refused,
  }: Pick<Extract<Note, { kind: "finding" }>, "code" | "titles" | "refused">,
): string {
  const quoted = titles.map((title) => t("common.quoted", { text: title }));
  return t(`finding.${code}`, {
    titles: new Intl.ListFormat(locale).format(quoted),
    field: refused ? t(`refusedField.${refused.field}`) : "",
    value: refused?.value ?? "",
  });
}
