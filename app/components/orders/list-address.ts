/** What of an address says which list it is: Shopify adds to it what is its own. */
const names = [
  "view",
  "query",
  "from",
  "to",
  "finding",
  "plans",
  "sort",
  "saved",
  "after",
  "before",
];

/** The search params of a list, for the way back to it. */
export function listOf(params: URLSearchParams): string {
  return String(new URLSearchParams([...params].filter(([name]) => names.includes(name))));
}

/** The address of an order of a list, with the way back and on; `more`: what its page begins with. */
export function orderOf(
  { id, place }: { id: string; place: string },
  list: string,
  more: { remedy?: "refund" } = {},
): string {
  return `/app/orders/${id}?${new URLSearchParams({ list, place, ...more })}`;
}
