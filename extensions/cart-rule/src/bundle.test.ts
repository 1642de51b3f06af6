// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { build } from "esbuild";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import { parse } from "toml";
import { beforeAll, describe, expect, it } from "vitest";
import type { InputLine, RunInput } from "./input.ts";
import { run } from "./run.ts";

const folder = join(import.meta.dirname, "..");
const { extensions } = parse(readFileSync(join(folder, "shopify.extension.toml"), "utf8"));
const [target] = extensions[0].targeting;

/** The file that Shopify's command line gives Javy: the function in the library's frame, for QuickJS. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import frame from "@shopify/shopify_function/run";
        import { ${target.export} as rule } from "user-function";
        export function ${target.export}() { return frame(rule); }`,
      loader: "ts",
      resolveDir: folder,
    },
    alias: { "user-function": join(folder, "src/index.ts") },
    bundle: true,
    legalComments: "none",
    target: "es2022",
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** What Shopify runs functions in knows ECMAScript and `ShopifyFunction`: no Node, no browser. */
function runIn(context: QuickJSContext, code: string, input: RunInput): unknown {
  let output: unknown;
  const shopify = context.newObject();
  const readInput = context.newFunction("readInput", () =>
    context.unwrapResult(context.evalCode(`(${JSON.stringify(input)})`)),
  );
  const writeOutput = context.newFunction("writeOutput", (value) => {
    output = context.dump(value);
  });
  context.setProp(shopify, "readInput", readInput);
  context.setProp(shopify, "writeOutput", writeOutput);
  context.setProp(context.global, "ShopifyFunction", shopify);
  const module = context.unwrapResult(context.evalCode(code, "function.js", { type: "module" }));
  const exported = context.getProp(module, target.export);
  context.unwrapResult(context.callFunction(exported, context.undefined)).dispose();
  for (const handle of [exported, module, writeOutput, readInput, shopify]) handle.dispose();
  return output;
}

/** Pairs of a product and its plan by the same key, and a plan alone. */
function cart(pairs: number): RunInput {
  const line = (number: number, ref: string, isPlan: boolean): InputLine => ({
    id: `gid://shopify/CartLine/${number}`,
    quantity: 1,
    ref: { value: ref },
    ...{ namesPlan: null, namesPlanToo: null, namesPlanOpenly: null },
    ...{ namesProduct: null, namesProductToo: null, namesProductOpenly: null },
    parentRelationship: null,
    merchandise: {
      __typename: "ProductVariant",
      id: `gid://shopify/ProductVariant/${number}`,
      sku: `SKU-${number}`,
      product: {
        ...{ id: `gid://shopify/Product/${number}`, title: `Rad „${number}“` },
        handle: isPlan ? `hakuna-protection-${number - 1}` : `rad-${number}`,
        plans: isPlan ? null : { value: `["gid://shopify/ProductVariant/${number + 1}"]` },
      },
      planId: isPlan ? { value: "pl-1" } : null,
      planCountry: isPlan ? { value: "de" } : null,
    },
  });
  const lines = Array.from({ length: pairs }, (_, index) => [
    line(2 * index, `ref-${index}`, false),
    line(2 * index + 1, `ref-${index}`, true),
  ]).flat();
  return {
    buyerJourney: { step: "CHECKOUT_COMPLETION" },
    localization: { country: { isoCode: "DE" }, language: { isoCode: "DE" } },
    cart: {
      billingAddress: null,
      deliveryGroups: [],
      lines: [...lines, line(2 * pairs, "alone", true)],
    },
  };
}

function linked(input: RunInput, link: (line: InputLine) => Partial<InputLine>): RunInput {
  const lines = input.cart.lines.map((line) => ({ ...line, ref: null, ...link(line) }));
  return { ...input, cart: { ...input.cart, lines } };
}

/** All lines are of one product, and of one plan, which name each other. */
function named(input: RunInput): RunInput {
  return linked(input, ({ merchandise }) => {
    if (merchandise.__typename !== "ProductVariant") return {};
    const isPlan = Boolean(merchandise.planId);
    const [own, other] = isPlan ? ["2", "1"] : ["1", "2"];
    return {
      merchandise: { ...merchandise, id: `gid://shopify/ProductVariant/${own}` },
      [isPlan ? "namesProduct" : "namesPlan"]: { value: other },
    };
  });
}

/** Each plan bears a key, and no product one that can be read. */
function unread(input: RunInput): RunInput {
  return linked(input, (line) =>
    line.merchandise.__typename === "ProductVariant" && line.merchandise.planId
      ? { ref: { value: line.id } }
      : {},
  );
}

describe("as Shopify's command line bundles it", () => {
  let code = "";
  beforeAll(async () => {
    code = await bundle();
  });

  it("is small: Shopify takes 256 kB, compiled", () => {
    expect(Buffer.byteLength(code)).toBeLessThan(20_000);
  });

  it.each([
    ["nothing", 0],
    ["200 lines", 100],
  ])("answers the same of a cart of %s and a plan alone, in QuickJS", async (_name, pairs) => {
    // its types are written for CommonJS
    const engine = variant as unknown as QuickJSSyncVariant;
    const quickJs = await newQuickJSWASMModuleFromVariant(engine);
    const runtime = quickJs.newRuntime();
    // what Shopify gives a function: https://shopify.dev/docs/apps/build/functions/limitations
    runtime.setMemoryLimit(10_000_000);
    runtime.setMaxStackSize(512_000);
    const context = runtime.newContext();
    const input = cart(pairs);
    const answer = runIn(context, code, input);
    context.dispose();
    runtime.dispose();
    expect(answer).toEqual(run(input));
    expect(JSON.stringify(answer)).toContain("schützt nichts");
  });

  /** How often QuickJS asks whether it is to stop: after so many calls and turns of loops, whatever the time. */
  async function steps(input: RunInput): Promise<number> {
    const quickJs = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant);
    const runtime = quickJs.newRuntime();
    let asked = 0;
    runtime.setInterruptHandler(() => {
      asked += 1;
      return false;
    });
    const context = runtime.newContext();
    runIn(context, code, input);
    context.dispose();
    runtime.dispose();
    return asked;
  }

  it.each([
    ["of pairs", (size: number) => cart(size)],
    ["of one key", (size: number) => linked(cart(size), () => ({ ref: { value: "same" } }))],
    ["that name one plan and one product", (size: number) => named(cart(size))],
    ["whose products have no link that can be read", (size: number) => unread(cart(size))],
  ])("takes steps in proportion to the lines: %s", async (_name, made) => {
    const few = await steps(made(200));
    expect(few).toBeGreaterThan(2);
    expect((await steps(made(2_000))) / few).toBeLessThan(20);
  });
});
