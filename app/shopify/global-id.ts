/** The number in a global id: gid://shopify/Product/123 → "123". */
export function numericId(globalId: string): string {
  return globalId.slice(globalId.lastIndexOf("/") + 1);
}
