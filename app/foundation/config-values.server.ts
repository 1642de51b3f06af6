import { z } from "zod";

// The rules of single environment variables. Their messages continue the variable's name, and never
// hold its value: a secret may have been put into the wrong variable.

/** A value that must be set; `how` says where to get one. */
export function required(how: string) {
  return z.string(`is not set. ${how}`);
}

/** A whole number in decimal digits. */
export function integer(least: number, most = 2_147_483_647) {
  const message = `is not a whole number from ${least} to ${most}. Write digits only.`;
  return z.string().transform((text, context) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** From one full hour of the day to another, which may be of the next day; null: never. */
export function hours() {
  const how = "Write two hours from 0 to 24, such as 1-5, or off.";
  return z.string().transform((text, context) => {
    if (text === "off") return null;
    const [, from = "", to = ""] = /^(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
    const read = { from: Number(from), to: Number(to) };
    if (from && read.from < 24 && read.to <= 24 && read.from !== read.to) return read;
    context.addIssue({ code: "custom", message: `is not a part of the day. ${how}` });
    return z.NEVER;
  });
}

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]) {
  return z.enum(words, `is not one of ${words.join(", ")}. Set it to one of them.`);
}

/** At least one item, separated by commas. */
export function commaList(item: RegExp, what: string) {
  const how = `Write ${what}, separated by commas.`;
  return required(how)
    .transform(split)
    .refine(
      (items) => items.length > 0 && items.every((text) => item.test(text)),
      `holds something else than a list. ${how}`,
    );
}

/** 32 bytes in base64. */
export function base64Key(how: string) {
  return required(how)
    .regex(/^[A-Za-z0-9+/_-]{43}=?$/, `is not 32 bytes in base64. ${how}`)
    .transform((text) => Buffer.from(text, "base64"));
}

/** Any number of such keys, separated by commas. */
export function base64Keys(how: string) {
  return z
    .string()
    .transform(split)
    .pipe(z.array(base64Key(how)));
}

/** An address without query, credentials or closing slash; https, or http for this machine. */
export function webUrl(how: string) {
  return required(how).transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const plain = url && !url.search && !url.hash && !url.username && !url.password;
    if (plain && (url.protocol === "https:" || (url.protocol === "http:" && isLocal(url)))) {
      return url.href.replace(/\/+$/, "");
    }
    const message = `is not an address such as https://example.com (http is for localhost only). ${how}`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** Such an address without a path. */
export function webOrigin(how: string) {
  return webUrl(how).refine(
    (text) => new URL(text).pathname === "/",
    "has a path. Leave out everything after the host.",
  );
}

/** A PostgreSQL connection string. */
export function postgresUrl() {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
      "is not a URL such as postgresql://user:password@host:5432/database. Characters such as # " +
        "or / in the password are written as %23 or %2F. Unset it for the embedded PostgreSQL.",
    );
}

/** A collector's address; http as well, for it is usually a neighbor on a network of one's own. */
export function collectorUrl() {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      "is not an address such as http://collector:4318. Leave it unset to send no traces.",
    )
    .transform((text) => text.replace(/\/+$/, ""));
}

/** A mail server's address. */
export function smtpUrl() {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol),
      "is not a URL such as smtps://user:password@mail.example.com. Characters such as # or / in " +
        "the password are written as %23 or %2F. Leave it unset to send no mails.",
    );
}

function isLocal({ hostname }: URL): boolean {
  return ["localhost", "[::1]"].includes(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function split(text: string): string[] {
  return text.split(",").flatMap((part) => part.trim() || []);
}
