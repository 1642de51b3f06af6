/** What Shopify puts into the world of a function: what comes in, and where its answer goes. */
declare const ShopifyFunction: {
  readInput(): unknown;
  writeOutput(output: unknown): void;
};

/** Answers what the function says of its input. Shopify's command line makes this the whole program. */
export default function frame(answer: (input: never) => unknown): void {
  ShopifyFunction.writeOutput(answer(ShopifyFunction.readInput() as never));
}
