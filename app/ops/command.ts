import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Foundations } from "#app/services.server.ts";
import { isKnownShop } from "#app/store/known-shop.ts";

/**
 * `data` is printed with --json, `text` without. `failed`: what could not be done beside it, as a
 * sentence; the command then ends with an error.
 */
export type Result = { data: unknown; text: string; failed?: string | undefined };

/** Opens what the app stands on, does the work, and closes it again. @throws ConfigError */
export type WithDatabase = <T>(work: (foundations: Foundations) => Promise<T>) => Promise<T>;

export type Command = {
  usage: string;
  /** what it takes beside positionals, by name */
  options: Options;
  run(args: string[], withDatabase: WithDatabase): Promise<Result>;
};

/** Who acts, as the timeline shows it. */
export const operator = "operator";

/** The command was called wrongly; its usage is shown with the message. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** How often a positional is given; `many` is the last one, and may be missing. */
type Positionals = Record<string, "one" | "optional" | "many">;

type Named<P extends Positionals> = {
  [K in keyof P]: P[K] extends "many"
    ? string[]
    : P[K] extends "optional"
      ? string | undefined
      : string;
};

type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; strict: true }>
>["values"];

/**
 * Makes a command of what it declares. What is surplus, missing, empty or given twice is refused
 * before it runs. A positional of the name `shop` is a shop's domain, and must be known to the app
 * when the database is opened.
 *
 * @param declared.positionals by name, in the order in which they are given
 * @param declared.takesNewShop the shop may be one that the app does not know yet
 */
export function command<
  const P extends Positionals = Record<never, never>,
  const O extends Options = Record<never, never>,
>(declared: {
  usage: string;
  positionals?: P;
  options?: O;
  takesNewShop?: true;
  run(given: { named: Named<P>; values: Values<O> }, withDatabase: WithDatabase): Promise<Result>;
}): Command {
  const { usage, positionals = {} as P, options = {} as O, takesNewShop } = declared;
  return {
    usage,
    options,
    async run(args, withDatabase) {
      const { named, values } = readArgs(args, positionals, options);
      const { shop } = named as { shop?: string };
      const open: WithDatabase = (work) =>
        withDatabase(async (foundations) => {
          if (shop !== undefined && !takesNewShop) await requireKnown(foundations, shop);
          return await work(foundations);
        });
      return await declared.run({ named, values }, open);
    },
  };
}

/** @throws UsageError naming what is wrong */
function readArgs<P extends Positionals, O extends Options>(
  args: string[],
  wanted: P,
  options: O,
): { named: Named<P>; values: Values<O> } {
  const { values, positionals, tokens } = parse(args, options);
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (seen.has(token.name)) throw new UsageError(`--${token.name} is given twice.`);
    seen.add(token.name);
    if (token.value?.trim() === "") throw new UsageError(`--${token.name} is empty.`);
  }
  const left = [...positionals];
  const named: Record<string, string | string[] | undefined> = {};
  for (const [name, count] of Object.entries(wanted)) {
    const given = count === "many" ? left.splice(0) : left.splice(0, 1);
    if (given.some((text) => text.trim() === "")) throw new UsageError(`<${name}> is empty.`);
    if (count === "one" && given.length === 0) {
      if (name === "shop") throw new UsageError(`Which shop? Give its domain, such as ${example}.`);
      throw new UsageError(`<${name}> is missing.`);
    }
    const read = name === "shop" ? given.map(shopDomain) : given;
    named[name] = count === "many" ? read : read[0];
  }
  if (left.length > 0) throw new UsageError(`This is too much: ${left.join(" ")}.`);
  return { named: named as Named<P>, values };
}

function parse<O extends Options>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function requireKnown({ run }: Foundations, shop: string): Promise<void> {
  if (await isKnownShop(run.pool, shop)) return;
  throw new Error(`There is no shop ${shop}. \`shops\` lists those that are known.`);
}

const example = "demo.myshopify.com";

/** A shop's domain as given: `demo` stands for demo.myshopify.com. @throws UsageError */
function shopDomain(given: string): string {
  const domain = given.toLowerCase();
  const whole = domain.includes(".") ? domain : `${domain}.myshopify.com`;
  if (!/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(whole)) {
    throw new UsageError(`${given} is not a shop's domain. It looks like ${example}.`);
  }
  return whole;
}

/** One of the allowed words, or undefined where nothing was given. @throws UsageError */
export function oneOf<const T extends string>(
  option: string,
  given: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (given === undefined) return undefined;
  const found = allowed.find((word) => word === given);
  if (found === undefined) {
    throw new UsageError(`--${option} is ${allowed.join(" or ")}, not ${given}.`);
  }
  return found;
}
