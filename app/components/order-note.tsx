import type { Note } from "#app/sync/listed-order.ts";
import { noteText } from "../order-texts.ts";
import { useLocale } from "./locale.tsx";

/** What there is to say about an order, in the merchant's language. */
export function OrderNote({ note }: { note: Note }) {
  const { t, locale } = useLocale();
  return <>{noteText(t, locale, note)}</>;
}
