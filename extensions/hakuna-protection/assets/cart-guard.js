// Keeps every plan in the cart with a product it covers.

const text = (value) => `${value ?? ""}`.trim();
const property = (item, name) => text(item.properties?.[`_hakuna_${name}`]);
const isPlan = (item) =>
  text(item.vendor).toLowerCase() === "hakuna" ||
  ["offer_id", "plan_id", "product"].some((name) => property(item, name));
const names = (value, { variant_id, sku, product_id }) =>
  value && [variant_id, sku, product_id].map(text).includes(value);

/** By the key of both lines; without it, as one line names the other. */
function covers(plan, product) {
  const ref = property(plan, "ref");
  if (ref) return ref === property(product, "ref");
  return names(property(product, "protection"), plan) || names(property(plan, "product"), product);
}

/**
 * Quantities to change, by line key. `seen`, brought up to date here, holds units of product and plan
 * by the plan's key: where all were covered, the plan follows its product.
 */
export function mend(items, seen) {
  const updates = {};
  const products = items.filter((item) => !isPlan(item));
  const open = new Map(products.map((item) => [item, item.quantity]));
  for (const plan of items.filter(isPlan)) {
    const own = products.filter((product) => covers(plan, product));
    const units = own.reduce((sum, product) => sum + product.quantity, 0);
    const [units0, plans0] = seen[plan.key] ?? [];
    const wanted = units0 === plans0 && plans0 === plan.quantity ? units : plan.quantity;
    let left = wanted;
    for (const product of own) {
      const taken = Math.min(left, open.get(product));
      open.set(product, open.get(product) - taken);
      left -= taken;
    }
    const quantity = wanted - left;
    if (quantity !== plan.quantity) updates[plan.key] = quantity;
    seen[plan.key] = [units, quantity];
  }
  return updates;
}

const { root } = window.Shopify.routes;
const { seen, mends } = JSON.parse(sessionStorage.hakuna ?? '{"seen":{},"mends":[]}');
let cart;
let timer;

const look = async () => {
  cart = await (await fetch(`${root}cart.js`)).json();
  const updates = mend(cart.items, seen);
  // Another script may undo it: five times in ten seconds are enough.
  const isDue = Object.keys(updates)[0] && !(mends[4] > Date.now() - 1e4);
  if (isDue) mends.unshift(Date.now());
  sessionStorage.hakuna = JSON.stringify({ seen, mends: mends.slice(0, 5) });
  if (isDue) await apply(updates);
};
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => look().catch(() => {}), 250);
};

/** One request; then the theme shows its cart anew. */
const apply = async (updates) => {
  const lines = Object.entries(updates).map(([id, quantity]) => ({ id, quantity }));
  const { actions } = window.Shopify;
  if (actions) return actions.updateCart({ lines });
  const bubble = "cart-icon-bubble";
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ updates, sections: bubble });
  const answer = await fetch(`${root}cart/update.js`, { method: "POST", headers, body });
  const cartData = await answer.json();
  if (window.publish) {
    window.publish("cart-update", { source: "hakuna", cartData });
    const page = new DOMParser().parseFromString(cartData.sections?.[bubble], "text/html");
    document.getElementById(bubble)?.replaceChildren(...page.body.firstElementChild.childNodes);
  } else if (answer.ok && location.pathname === `${root}cart`) location.reload();
};

// A form sends all quantities at once, often straight to the checkout.
addEventListener("formdata", ({ formData }) => {
  const name = "updates[]";
  const quantities = formData.getAll(name);
  if (quantities.length !== cart?.items.length) return;
  const items = cart.items.map((item, at) => ({ ...item, quantity: +quantities[at] }));
  const updates = mend(items, { ...seen });
  formData.delete(name);
  for (const { key, quantity } of items) formData.append(name, updates[key] ?? quantity);
});
addEventListener("shopify:cart:lines-update", ({ promise }) => promise?.then(soon, soon));
new PerformanceObserver((list) => {
  if (list.getEntries().some(({ name }) => /\/cart\/(add|change|update)/.test(name))) soon();
}).observe({ type: "resource" });
if (document.querySelector("hakuna-cart-guard")?.dataset.hasPlan) soon();
