import { type Customers, customersOf, plain, wordsOf } from "./customers-sent.ts";

/** Hakuna's words are looked at up to here: what is kept of them is far shorter. */
const longestRead = 2_000;

const email = /[^\s@"`<>(=:…]+@[^\s@"'`<>)]+/g;

/** What may stand between two digits of a telephone number: blanks, brackets, any dash or dot. */
const gap = "[^\\p{L}\\p{N}]{0,3}";

/**
 * Ids of Shopify are digits without a sign, a leading 0 or a gap; a list of them has commas or
 * semicolons.
 */
const telephone = new RegExp(
  `\\+\\d(?:${gap}\\d){5,}|\\b0\\d(?:${gap}\\d){5,}|\\b\\d+(?:[^\\p{L}\\p{N},;]{1,3}\\d{2,}){2,}`,
  "gu",
);

/** Names of fields and words of the contract are lower case, short and without spaces. */
const quoted = /(["'`“])(?![a-z][a-z0-9_.[\]]{0,39}["'`”])[^"'`”]+["'`”]/g;

/**
 * Cuts out of Hakuna's words what is or may be a customer's: what was sent of a customer, in whole
 * or in part, in any case and transliteration, and what looks like an email address, a telephone
 * number or a quoted value. Rather a word too many than a name that stays.
 *
 * @param orders the orders that were sent, in the feed's shape; anything else holds no customer
 */
export function withoutCustomer(words: string, orders: unknown = []): string {
  const customers = customersOf(orders);
  let kept = words.slice(0, longestRead).replace(/\s+/g, " ").replace(email, "…");
  for (const phone of customers.phones) kept = kept.replace(spelledAnyhow(phone), "…");
  return cutWords(kept, customers)
    .replace(telephone, "…")
    .replace(quoted, "$1…$1")
    .replace(/…(?:[\s.'’-]*…)+/g, "…");
}

/** A telephone number by its last digits, with whatever stands before and between them. */
function spelledAnyhow(digits: string): RegExp {
  const last = [...digits.slice(-7)].join(gap);
  return new RegExp(`[+(]{0,2}(?:\\d${gap}){0,12}${last}(?!\\d)`, "gu");
}

type Word = { start: number; end: number; isCut: boolean; isWeak: boolean };

function cutWords(text: string, customers: Customers): string {
  const words: Word[] = wordsOf(text).map(({ word, start }) => {
    const isPath = /[._[/]/.test(text.charAt(start - 1));
    return {
      start,
      end: start + word.length,
      isCut: isCustomers(word, customers, isPath),
      isWeak: tellsBesideAnother(word, customers),
    };
  });
  const reach = (one: Word, other: Word | undefined) =>
    other?.isCut === true && gapOf(one, other) <= 3;
  for (const [at, word] of words.entries()) {
    if (word.isWeak && !word.isCut) word.isCut = reach(word, words[at - 1]);
  }
  for (const [at, word] of [...words.entries()].reverse()) {
    if (word.isWeak && !word.isCut) word.isCut = reach(word, words[at + 1]);
  }
  let kept = "";
  let from = 0;
  for (const { start, end } of words.filter(({ isCut }) => isCut)) {
    kept += `${text.slice(from, start)}…`;
    from = end;
  }
  return kept + text.slice(from);
}

/** A house number beside its street, a street's kind in short or set apart. */
function tellsBesideAnother(word: string, { weak, strong }: Customers): boolean {
  const text = plain(word);
  if (weak.has(text)) return true;
  return [...strong].some((sent) =>
    text.length > 2 ? sent.includes(text) : text.length === 2 && sent.startsWith(text),
  );
}

function gapOf(a: Word, b: Word): number {
  return Math.max(a.start, b.start) - Math.min(a.end, b.end);
}

/** From so many letters on, a word within a word is no accident: Mustermanns, Muster-Str. */
const telling = 5;

function isCustomers(word: string, { strong, short, phones }: Customers, isPath: boolean): boolean {
  if (short.has(word)) return !isPath;
  const text = plain(word);
  if (strong.has(text)) return true;
  if (/^\d+$/.test(text)) {
    return text.length >= telling && phones.some((phone) => phone.includes(text));
  }
  for (const sent of strong) {
    if (sent.length >= telling && /[a-z]/.test(sent) && text.includes(sent)) return true;
    if (text.length >= telling && sent.includes(text)) return true;
  }
  return (word.match(/\p{L}+|\p{N}+/gu) ?? []).some(
    (part) => part !== word && /\p{L}/u.test(part) && strong.has(plain(part)),
  );
}
