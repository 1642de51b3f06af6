import anyAscii from "any-ascii";

/** What was sent of customers, as it is looked for in Hakuna's words. */
export type Customers = {
  /** words that tell who somebody is, in the form that `plain` gives them */
  strong: Set<string>;
  /** values of one or two digits, or of one letter, as they were sent */
  short: Set<string>;
  /** parts of values that tell something only beside another part, in the form of `plain` */
  weak: Set<string>;
  /** telephone numbers: their digits, without zeros in front */
  phones: string[];
};

/** Reads the customers and addresses of orders in the feed's shape. The country is shared by many. */
export function customersOf(orders: unknown): Customers {
  const customers: Customers = { strong: new Set(), short: new Set(), weak: new Set(), phones: [] };
  for (const order of Array.isArray(orders) ? orders : []) {
    const { customer, customer_billing_address } = Object(order);
    const { email, phone, ...names } = textsOf(customer);
    const { country, ...address } = textsOf(customer_billing_address);
    for (const value of [...Object.values(names), ...Object.values(address)]) {
      addValue(customers, value);
    }
    const { first_name = "", last_name = "" } = names;
    for (const both of [first_name + last_name, last_name + first_name]) addWord(customers, both);
    if (email !== undefined) addEmail(customers, email);
    if (phone !== undefined) addPhone(customers, phone);
  }
  customers.strong.delete("");
  return customers;
}

/** A word as all its spellings have it: in ASCII and lower case, Mueller, Müller and Muller alike. */
export function plain(word: string): string {
  const ascii = anyAscii(word.normalize("NFC")).toLowerCase();
  return ascii
    .replace(/[^a-z0-9]/g, "")
    .replace(/([aou])e+/g, "$1")
    .replace(/a+/g, "a");
}

/** The words of a text and where they begin; O'Neil is one. */
export function wordsOf(text: string): { word: string; start: number }[] {
  const found = text.matchAll(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu);
  return Array.from(found, ({ 0: word, index: start }) => ({ word, start }));
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(typeof value === "object" ? (value ?? {}) : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].trim() !== "",
  );
  return Object.fromEntries(entries);
}

function addValue(customers: Customers, value: string): void {
  const text = value.trim();
  if (isShort(text)) customers.short.add(text);
  else addWord(customers, text);
  for (const { word } of wordsOf(text)) {
    if (word === text) continue;
    addWord(customers, word);
    for (const part of word.match(/\p{L}+|\p{N}+/gu) ?? []) {
      if (isShort(part)) customers.weak.add(plain(part));
    }
  }
}

/** What is too short to be looked for everywhere goes to the weak ones. */
function addWord({ strong, weak }: Customers, word: string): void {
  (isShort(word) ? weak : strong).add(plain(word));
}

function isShort(text: string): boolean {
  return /^(\d{1,2}|[a-z])$/i.test(text);
}

/** The local part, also in its parts, and the domain but its end. */
function addEmail(customers: Customers, email: string): void {
  const [local = "", domain = ""] = email.split("@");
  addWord(customers, local);
  const labels = domain.split(".").slice(0, -1);
  for (const { word } of wordsOf(local)) addWord(customers, word);
  for (const label of labels) if (label.length > 4) addWord(customers, label);
}

function addPhone(customers: Customers, phone: string): void {
  const digits = phone.replace(/\D/g, "").replace(/^0+/, "");
  if (digits.length >= 5) customers.phones.push(digits);
  for (const { word } of wordsOf(phone)) if (/\p{L}/u.test(word)) addWord(customers, word);
}
