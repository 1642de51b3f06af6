import { storableText } from "#app/foundation/storable-text.ts";
import { shortestDecimal } from "#app/order/money.ts";

/** A payload holds something that cannot be used; `field` is its path, such as "line_items[0].id". */
export class PayloadError extends Error {
  readonly code = "payload";
  readonly field: string;
  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

/** Told by its code: two copies of a module may be loaded. */
export function isPayloadError(error: unknown): error is PayloadError {
  return error instanceof Error && "code" in error && error.code === "payload";
}

/**
 * Reads one object of a payload by keys. A required key that is absent or null is noted in `missing`,
 * and what is read in its place is of no use; a value of the wrong kind is a PayloadError that names
 * the field. Texts lose NUL characters and lone surrogates, which PostgreSQL refuses; "" is null,
 * and so is white space.
 */
export class PayloadReader {
  readonly #object: Record<string, unknown>;
  readonly #path: string;
  readonly #missing: string[];

  constructor(value: unknown, path: string, missing: string[]) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new PayloadError(path || "payload", "is not an object.");
    }
    this.#object = value as Record<string, unknown>;
    this.#path = path;
    this.#missing = missing;
  }

  field(key: string): string {
    return this.#path ? `${this.#path}.${key}` : key;
  }

  /** The raw value; undefined and null alike as null. */
  value(key: string): unknown {
    return this.#object[key] ?? null;
  }

  /** Notes each key that has no value as missing. */
  require(...keys: string[]): void {
    for (const key of keys) if (this.value(key) === null) this.noteMissing(key);
  }

  /** Notes as missing what is asked for under any of these keys. */
  noteMissing(...keys: string[]): void {
    this.#missing.push(this.field(keys.join(" or ")));
  }

  text(key: string): string | null {
    const value = this.value(key);
    if (value === null) return null;
    if (typeof value !== "string" && typeof value !== "number") {
      throw new PayloadError(this.field(key), "is not a text.");
    }
    const text = storableText(String(value));
    return text.trim() === "" ? null : text;
  }

  /** A numeric id as a string; null where there is none. */
  id(key: string): string | null {
    const value = this.value(key);
    if (value === null || value === "") return null;
    const text = String(value);
    if (!/^\d+$/.test(text)) throw new PayloadError(this.field(key), "is not a numeric id.");
    return text.replace(/^0+(?=\d)/, "");
  }

  requiredId(key: string): string {
    const id = this.id(key);
    if (id === null) this.noteMissing(key);
    return id ?? "";
  }

  /** A whole number of units, not negative; `absent` where the key is not there or null. */
  units(key: string, absent = 0): number {
    const value = this.value(key);
    if (value === null) return absent;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw new PayloadError(this.field(key), "is not a whole number of units.");
    }
    return value;
  }

  /**
   * A decimal amount in its shortest spelling; null where there is none. Webhooks write "10.00" where
   * the Admin API writes "10.0": both are "10".
   */
  decimal(key: string): string | null {
    const text = this.text(key);
    if (text !== null && !/^-?\d+(\.\d*)?$/.test(text)) {
      throw new PayloadError(this.field(key), "is not a decimal amount.");
    }
    return text && shortestDecimal(text);
  }

  /** A time with its UTC offset, in epoch milliseconds; null where there is none. */
  time(key: string): number | null {
    const text = this.text(key);
    if (text === null) return null;
    const time = isoTime.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) {
      throw new PayloadError(this.field(key), "is not a time with a UTC offset.");
    }
    return time;
  }

  /** The time under the first of these keys that has one. */
  requiredTime(...keys: string[]): number {
    for (const key of keys) {
      const time = this.time(key);
      if (time !== null) return time;
    }
    this.noteMissing(...keys);
    return 0;
  }

  flag(key: string): boolean {
    return this.value(key) === true;
  }

  object(key: string): PayloadReader | null {
    const value = this.value(key);
    return value === null ? null : new PayloadReader(value, this.field(key), this.#missing);
  }

  objects(key: string): PayloadReader[] {
    const value = this.value(key);
    if (value === null) return [];
    if (!Array.isArray(value)) throw new PayloadError(this.field(key), "is not a list.");
    if (value.length > mostEntries) {
      throw new PayloadError(this.field(key), `has more than ${mostEntries} entries.`);
    }
    return value.map(
      (item, index) => new PayloadReader(item, `${this.field(key)}[${index}]`, this.#missing),
    );
  }
}

/** Shopify's carts and drafts hold 500 lines at most. What costs with the square of it stays quick. */
const mostEntries = 1000;

/** ISO 8601 with an offset: without one, a time is anybody's guess. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
