import type { ListedOrder } from "#app/views/listed-order.ts";
import { useLocale } from "./locale.tsx";

/** The order's name as the merchant knows it, or its id while only parts of it came. */
export function OrderName({ order: { name, id } }: { order: Pick<ListedOrder, "id" | "name"> }) {
  const { t } = useLocale();
  return <>{name ?? t("common.order.nameless", { id })}</>;
}
