// Keeps every plan in the cart with a product it covers.

/** The value of a property with such a name. */
const property = ({ properties }, names) => {
  const found = Object.entries(properties ?? {}).find(([name, value]) => value && names.test(name));
  return found && `${found[1]}`.trim().replace(/^gid:.+\//, "");
};
const isPlan = (item) =>
  /^\s*hakuna\s*$/i.test(item.vendor) || property(item, /^_hakuna_(offer_id|plan_id|product)$/i);
const isNamed = (value, { variant_id, sku, product_id }) =>
  [variant_id, sku, product_id].map(String).includes(value);

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

/** Quantities to change, by line key. `seen`: units/plans of each plan before; `news`: now. */
export function mend(items, seen, news) {
  const updates = {};
  const products = items.flatMap((item) => (isPlan(item) ? [] : { ...item, open: item.quantity }));
  for (const plan of items.filter(isPlan)) {
    const own = products.filter((product) => covers(plan, product));
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
const mends = JSON.parse(sessionStorage.hakuna ?? "[]");
let cart;
let timer;
let looks = Promise.resolve();

const look = async () => {
  cart = await (await fetch(`${root}cart.js`)).json();
  const news = {};
  const updates = mend(cart.items, sessionStorage, news);
  if (Object.keys(updates)[0]) {
    // Another script may undo it: five times in ten seconds are enough.
    if (mends[4] > Date.now() - 1e4) return;
    mends.unshift(Date.now());
    await apply(updates);
    sessionStorage.hakuna = JSON.stringify(mends);
  }
  Object.assign(sessionStorage, news);
};
/** One by one: none sees a cart half mended. */
const start = () => {
  looks = looks.then(look).catch(() => {});
};
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(start, 250);
};

/** One request; then the theme shows its cart anew. */
const apply = async (updates) => {
  const lines = Object.entries(updates).map(([id, quantity]) => ({ id, quantity }));
  const { actions } = Shopify;
  if (actions) return actions.updateCart({ lines });
  const bubble = "cart-icon-bubble";
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ updates, sections: bubble });
  const answer = await fetch(`${root}cart/update.js`, { method: "POST", headers, body });
  const cartData = await answer.json();
  if (!answer.ok) throw cartData;
  if (window.publish) {
    window.publish("cart-update", { source: "hakuna", cartData });
    const icon = document.getElementById(bubble);
    const html = cartData.sections?.[bubble];
    if (icon && html) icon.innerHTML = html.replace(/^\s*<div[^>]*>|<\/div>\s*$/g, "");
  } else if (location.pathname === `${root}cart`) location.reload();
};

// A form sends all quantities, maybe to the checkout.
addEventListener("formdata", ({ formData }) => {
  const name = "updates[]";
  const quantities = formData.getAll(name);
  if (quantities.length !== cart?.items.length) return;
  const items = cart.items.map((item, at) => ({ ...item, quantity: +quantities[at] }));
  const updates = mend(items, sessionStorage, {});
  formData.delete(name);
  for (const { key, quantity } of items) formData.append(name, updates[key] ?? quantity);
});
addEventListener("shopify:cart:lines-update", ({ promise }) => promise?.then(soon, soon));
new PerformanceObserver((list) => {
  if (list.getEntries().some(({ name }) => /cart\/(add|change|update)/.test(name))) soon();
}).observe({ type: "resource" });
if (document.querySelector("hakuna-cart-guard")) start();
