import type { Note } from "#app/texts/order-texts.ts";
import { noteText } from "#app/texts/order-texts.ts";
import { useLocale } from "./locale.tsx";

/** What there is to say about an order, in the merchant's language. */
export function OrderNote({ note }: { note: Note }) {
  const { t, locale } = useLocale();
  return <>{noteText(t, locale, note)}</>;
}
