/**
 * A word of Shopify's or Hakuna's that a reader does not know, and the field that held it, such as
 * "fulfillment.status" or "hakuna.status".
 */
export type UnknownWord = { field: string; word: string };

/** As many as are told; a list that grows with what others send would have no end. */
const mostTold = 200;
const longestWord = 40;

const told = new Set<string>();
let tell: (unknown: UnknownWord) => void = () => {};

/** Whoever is told of each unknown word, once per process and word: the process's log. */
export function onUnknownWord(listener: (unknown: UnknownWord) => void): void {
  tell = listener;
  told.clear();
}

/**
 * Notes a word that is in none of the lists that the app knows. What it stands for counts as unknown,
 * the rest of the order goes on: others add words when they like.
 */
export function noteUnknownWord(field: string, word: string): void {
  const short = word.slice(0, longestWord);
  const key = `${field} ${short}`;
  if (told.has(key) || told.size >= mostTold) return;
  told.add(key);
  tell({ field, word: short });
}
