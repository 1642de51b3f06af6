import type { FindingCode, RefusedField, Severity } from "#app/order/findings.ts";
import type { Translate } from "./i18n.ts";
import type { Messages } from "./messages.server.ts";

/** What there is to say about an order. */
export type Note =
  | {
      kind: "finding";
      severity: Severity;
      code: FindingCode;
      /** English */
      message: string;
      titles: string[];
      refused?: RefusedField | undefined;
    }
  /** `detail`: Shopify's own words, or an error's name */
  | { kind: "reason"; code: keyof Messages["common"]["reason"]; detail: string | null }
  /** the buyer wants to give a plan back, and nobody has answered */
  | { kind: "requested" }
  /** Hakuna's own words why it refused the order */
  | { kind: "refused"; words: string };

/** A note as a sentence in the merchant's language. */
export function noteText(t: Translate, locale: string, note: Note): string {
  switch (note.kind) {
    case "finding":
      return findingText(t, locale, note);
    case "reason":
      return t(`common.reason.${note.code}`, { detail: note.detail ?? "" });
    case "requested":
      return t("common.requested");
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
    message,
  }: Pick<Extract<Note, { kind: "finding" }>, "code" | "titles" | "refused" | "message">,
): string {
  const quoted = titles.map((title) => t("common.quoted", { text: title }));
  return t(`finding.${code}`, {
    titles: new Intl.ListFormat(locale).format(quoted),
    field: refused ? t(`refusedField.${refused.field}`) : "",
    value: refused?.value ?? "",
    // of a newer version that runs beside this one
    defaultValue: message,
  });
}
