// Keeps every plan in the cart with a product it covers.

/** The value of a property with such a name. */
const property = ({ properties }, names) => {
  const found = Object.entries(properties ?? {}).find(
    ([name, value]) => value && names.test(name.trim()),
  );
  return found && `${found[1]}`.trim();
};
const isPlan = (item) =>
  /^\s*hakuna\s*$/i.test(item.vendor) || property(item, /^_hakuna_(offer_id|plan_id|product)$/i);
/** By variant or product, as a number or a global id whatever follows it, or by SKU. */
const isNamed = (value, { variant_id, sku, product_id }) => {
  if (!value) return false;
  const number = value.replace(/^gid:\/\/shopify\/\w+\/(\d+).*/, "$1").replace(/^0+(?=\d)/, "");
  return [variant_id, product_id].map(String).includes(number) || sku?.trim() === value;
};

const refOf = (item) => property(item, /^_hakuna_ref$/i);

/** As in orders: by the key of both, else as one names the other. */
function covers(plan, product) {
  const ref = refOf(plan);
  if (ref) return ref === refOf(product);
  return (
    isNamed(property(product, /^(_hakuna_protection|_?protection_line_item_id)$/i), plan) ||
    isNamed(property(plan, /^(_hakuna_product|_?product_reference)$/i), product)
  );
}

/** Quantities to change, by line key. `seen`: units/plans before; `abroad`: keys of foreign plans. */
export function mend(items, seen, news, abroad = "") {
  const updates = {};
  const products = items.flatMap((item) => (isPlan(item) ? [] : { ...item, open: item.quantity }));
  const plans = items.filter(isPlan);
  // Whoever has a key takes first: others fit any line of their product.
  for (const plan of [...plans.filter(refOf), ...plans.filter((each) => !refOf(each))]) {
    const own = products.filter((product) => !abroad.includes(plan.key) && covers(plan, product));
    const units = own.reduce((sum, product) => sum + product.quantity, 0);
    const name = `hakuna:${refOf(plan) ?? plan.key}`;
    // Where all were covered, the plan follows its product.
    const isFull = seen[name] === `${plan.quantity}/${plan.quantity}`;
    const wanted = isFull ? units : plan.quantity;
    let quantity = 0;
    for (const product of own) {
      const taken = Math.min(wanted - quantity, product.open);
      product.open -= taken;
      quantity += taken;
    }
    if (quantity !== plan.quantity) updates[plan.key] = quantity;
    news[name] = `${units}/${quantity}`;
  }
  return updates;
}

const { root } = Shopify.routes;
const guard = document.querySelector("hakuna-cart-guard");
const { abroad } = guard?.dataset ?? {};
const mends = JSON.parse(sessionStorage.hakuna ?? "[]");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let cart;
let tries = 0;
let timer;
let silence;
let looks = Promise.resolve();

const theme = () => import(guard.dataset.theme);
const look = async () => {
  const answer = await fetch(`${root}cart.js`);
  cart = await (answer.ok ? answer.json() : (await theme()).read(answer));
  const news = {};
  const updates = mend(cart.items, sessionStorage, news, abroad);
  if (Object.keys(updates)[0]) {
    // Another script may undo it: five times in ten seconds are enough.
    if (mends[4] > Date.now() - 1e4) return;
    mends.unshift(Date.now());
    tries += 1;
    sessionStorage.hakuna = JSON.stringify(mends.slice(0, 5));
    await apply(updates);
    // However often it was tried, it was done once.
    mends.splice(1, tries - 1);
    tries = 0;
  }
  Object.assign(sessionStorage, news);
};
/** Where the cart had no time it is looked at anew: meanwhile it may be another. */
const again = async (error) => (await theme()).again(look, error);
/** One by one: none sees a cart half mended. */
const start = () => {
  looks = looks
    .then(look)
    .catch(again)
    .catch(() => {});
};
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(start, 250);
};

/** One request; then the theme shows its cart anew, and the buyer is told. */
const apply = async (updates) => {
  const told = textOf(updates);
  const isShown = await (await theme()).setQuantities(updates);
  if (isShown || location.pathname !== `${root}cart`) {
    tell(told);
    return;
  }
  sessionStorage["hakuna:told"] = told;
  location.reload();
};

const textOf = (updates) => {
  const { removed, changed, foreign } = guard.dataset;
  const sentences = Object.entries(updates).map(([key, quantity]) => {
    const { variant_title, title } = cart.items.find((item) => item.key === key);
    // A price in brackets is for the merchant alone.
    const name = (variant_title ?? title).replace(/ \([\d.,]+\)$/, "");
    const text = quantity ? changed : abroad.includes(key) ? foreign : removed;
    return text.replace("[plan]", name).replace("[count]", quantity);
  });
  return sentences.join(" ");
};
const tell = async (text) => {
  // The theme may be opening, closing or rendering a dialog.
  await pause(400);
  // Nothing outside an open dialog is read out, or seen.
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  (dialog ?? document.body).append(guard);
  // A region that was just moved is not read at once.
  await pause(150);
  guard.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => {
    guard.textContent = "";
  }, 12_000);
};

// A form sends all quantities, maybe to the checkout.
let sent;
addEventListener("submit", ({ target }) => {
  sent = target;
});
addEventListener("formdata", ({ formData, target }) => {
  const name = "updates[]";
  const quantities = formData.getAll(name);
  if (quantities.length !== cart?.items.length) return;
  const items = cart.items.map((item, at) => ({ ...item, quantity: +quantities[at] }));
  const updates = mend(items, sessionStorage, {}, abroad);
  formData.delete(name);
  for (const { key, quantity } of items) formData.append(name, updates[key] ?? quantity);
  if (sent === target && Object.keys(updates)[0]) sessionStorage["hakuna:told"] = textOf(updates);
});
addEventListener("shopify:cart:lines-update", ({ promise }) => promise?.then(soon, soon));
new PerformanceObserver((list) => {
  // What the cart had no time for changed nothing.
  const isChange = ({ name, responseStatus }) =>
    /cart\/(add|change|update)/.test(name) && !/409|429/.test(responseStatus);
  if (list.getEntries().some(isChange)) soon();
}).observe({ type: "resource" });

/** Brings what a theme put into the page to life: scripts of parsed pages do not run. */
const bring = () => {
  for (const { dataset } of document.querySelectorAll(
    ":is(hakuna-protection, hakuna-cart):not(:defined)",
  )) {
    import(dataset.script).catch(() => {});
  }
};
if (guard) {
  if (guard.dataset.hasPlan !== undefined) start();
  const told = sessionStorage["hakuna:told"];
  if (told) tell(told);
  delete sessionStorage["hakuna:told"];
  bring();
  new MutationObserver(bring).observe(document.body, { childList: true, subtree: true });
}
