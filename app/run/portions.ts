/** An order by its id, and the bytes of its document as it is stored: compressed. */
export type Sized = { id: string; bytes: number };

/** Documents that are loaded at once at most, in such bytes; a larger one comes alone. */
const loadBytes = 128 * 1024;

/** Cuts orders into parts that are loaded at once, in the order in which they are given. */
export function portions(orders: readonly Sized[]): string[][] {
  const parts: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const { id, bytes } of orders) {
    size += bytes;
    if (size > loadBytes) {
      parts.push([]);
      size = bytes;
    }
    parts.at(-1)?.push(id);
  }
  return parts;
}
