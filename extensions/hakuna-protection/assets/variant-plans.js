// Liquid lists 250 variants of a product. Loaded where a buyer selects one beyond.

/**
 * What the product's page has for a variant: its title, and the group of its own plans, if any;
 * nothing where the page has no block, or does not know the variant.
 *
 * @param of `url` and `product` (ID) of the block
 */
export async function plansOf({ url, product }, variant) {
  const answer = await fetch(`${url}?variant=${variant}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const block = page.querySelector(`hakuna-protection[data-product="${product}"]`);
  const title = JSON.parse(block?.dataset.variants ?? "{}")[variant];
  if (title === undefined) return undefined;
  return { title, group: block.querySelector(`[data-for="${variant}"]`) };
}
