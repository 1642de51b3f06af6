// What the block needs when a buyer does something: adds a plan with its product, in one request, and
// has the theme show the cart; totals; plans of variants that Liquid did not list.

const { root } = Shopify.routes;

/** Adds what the form would, and the plan chosen in the block; says there what went wrong. */
export async function addPair(block, form, button) {
  const drawer = document.querySelector("cart-notification, cart-drawer");
  drawer?.setActiveElement?.(button);
  const ref = crypto.randomUUID();
  const body = pair(block, new FormData(form), ref);
  const sections = drawer?.getSectionsToRender?.().map(({ id }) => id);
  if (sections) body.set("sections", sections);
  const isThere = () => isInCart(block, ref);
  let added;
  try {
    added = await put(block, body).catch((first) =>
      // Nothing is bought twice.
      again(block, async () => ((await isThere()) ? undefined : put(block, body)), first),
    );
  } catch (error) {
    // The answer can be lost on its way, and the pair be in the cart.
    if (error.isRefusal || !(await isThere().catch((first) => again(block, isThere, first)))) {
      return block.say("error", error.isRefusal ? error.message : block.dataset.failed);
    }
  }
  try {
    await show(block, form, added, drawer);
  } catch {
    // It is in the cart; the page shows it.
    location.assign(`${root}cart`);
    await new Promise((done) => setTimeout(done, 10_000));
  }
}

/** What the form would add, and the plan: a pair by a fresh key. */
function pair(block, fields, ref) {
  const body = new FormData();
  for (const [name, value] of fields) {
    const isOfLine = /^(id|quantity|selling_plan|properties\[.+)$/.test(name);
    if (isOfLine && value) body.append(`items[0]${name.replace(/^\w+/, "[$&]")}`, value);
  }
  const id = fields.get("id");
  const quantity = fields.get("quantity") || 1;
  // The guard starts from it.
  sessionStorage[`hakuna:${ref}`] = `${quantity}/${quantity}`;
  body.set("items[0][properties][_hakuna_ref]", ref);
  body.set("items[1][id]", block.choice.value);
  body.set("items[1][quantity]", quantity);
  body.set("items[1][parent_id]", id);
  body.set(`items[1][properties][${block.dataset.protects}]`, block.titleOf(id));
  for (const [name, value] of Object.entries({ ref, product: id, ...block.choice.dataset })) {
    body.set(`items[1][properties][_hakuna_${name}]`, value);
  }
  return body;
}

/** What a request brings. What is no success the theme's script understands, which is loaded for it. */
const read = async ({ dataset }, answer) =>
  answer.ok ? answer.json() : (await import(dataset.theme)).read(answer);
const again = async ({ dataset }, attempt, error) =>
  (await import(dataset.theme)).again(attempt, error);

async function put(block, body) {
  const post = () => fetch(`${root}cart/add.js`, { method: "POST", body });
  let answer = await post();
  if (answer.status === 422) {
    // Bundles take no nested line.
    body.delete("items[1][parent_id]");
    answer = await post();
  }
  return read(block, answer);
}

async function isInCart(block, ref) {
  const { items } = await read(block, await fetch(`${root}cart.js`));
  return items.some(({ properties }) => properties?._hakuna_ref === ref);
}

/** Shows the cart in Dawn's way, else as the theme is known to, else as a page. */
async function show(block, form, added, drawer) {
  if (drawer?.renderContents) {
    // A quick-add's modal would stay open behind it.
    for (let at = form; at; at = at.parentElement) if (at.matches("[open]")) at.hide?.(true);
    window.publish?.("cart-update", { source: "hakuna", cartData: added });
    drawer.classList.remove("is-empty");
    drawer.renderContents({ ...added.items[0], ...added });
    return;
  }
  const theme = await import(block.dataset.theme);
  const lines = added.items.map(({ id, quantity }) => ({ merchandiseId: id, quantity }));
  await theme.tellTheme(form, "add", lines, "product");
  await theme.openCart();
}

/** Cents in words around a total. `money` is how the shop writes 123456789 cents. */
export function textOf({ money, total }, cents) {
  const amount = money.replace(/1(\D*)234\1?56[78](?:(\D)89)?/, (_, separator, point) => {
    const [whole, rest] = (cents / 100).toFixed(point ? 2 : 0).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, separator);
    return point ? grouped + point + rest : grouped;
  });
  return total.replace("[total]", amount);
}

/** What the product's page has of a variant beyond Liquid's list: its title and own group, if any. */
export async function plansOf({ url, product }, variant) {
  const answer = await fetch(`${url}?variant=${variant}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const block = page.querySelector(`hakuna-protection[data-product="${product}"]`);
  const title = JSON.parse(block?.dataset.variants ?? "{}")[variant];
  if (title === undefined) return undefined;
  return { title, group: block.querySelector(`[data-for="${variant}"]`) };
}
