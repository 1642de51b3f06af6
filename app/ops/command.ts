import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Foundations } from "#app/services.server.ts";

/** `data` is printed with --json, `text` without. */
export type Result = { data: unknown; text: string };

/** Opens what the app stands on, does the work, and closes it again. @throws ConfigError */
export type WithDatabase = <T>(work: (foundations: Foundations) => Promise<T>) => Promise<T>;

export type Command = {
  usage: string;
  run(args: string[], withDatabase: WithDatabase): Promise<Result>;
};

/** Who acts, as the timeline shows it. */
export const operator = "operator";

/** The command was called wrongly; its usage is shown with the message. */
export class UsageError extends Error {}

/** Reads a command's arguments. @throws UsageError naming what is wrong */
export function readArgs<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: T,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A shop's domain as given: `demo` stands for demo.myshopify.com. @throws UsageError */
export function shopDomain(given: string | undefined): string {
  if (given === undefined)
    throw new UsageError("Which shop? Give its domain, such as demo.myshopify.com.");
  const domain = given.toLowerCase();
  const whole = domain.includes(".") ? domain : `${domain}.myshopify.com`;
  if (!/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(whole)) {
    throw new UsageError(`${given} is not a shop's domain. It looks like demo.myshopify.com.`);
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
