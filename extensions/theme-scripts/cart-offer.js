// Offers plans for products in the cart that have none. Loaded only where that is on.

const { root } = Shopify.routes;
const no = "hakuna:no";
const parts = () => [...document.querySelectorAll("hakuna-cart")];
let adds = Promise.resolve();

class HakunaCart extends HTMLElement {
  static observedAttributes = ["style"];

  connectedCallback() {
    if (sessionStorage[no]) this.dataset.quiet ??= "before";
    if (this.isAlive) return;
    this.isAlive = true;
    this.shown = this.innerHTML;
    this.attributeChangedCallback();
    this.addEventListener("change", (event) => this.#choose(event));
    this.addEventListener("input", (event) => event.stopPropagation());
    this.addEventListener("click", ({ target }) => {
      if (target.matches(".hakuna-cart__no")) this.#quiet();
      if (target.matches(".hakuna-cart__add")) this.#add(target);
    });
  }

  /** A theme that renders the cart anew brings back what hid this before it was alive. */
  attributeChangedCallback() {
    if (this.isAlive && this.hasAttribute("style")) this.removeAttribute("style");
  }

  #choose(event) {
    // A theme takes every change within its cart for one of a quantity.
    event.stopPropagation();
    const offer = event.target.closest("details");
    offer.querySelector(".hakuna-cart__add").disabled = !chosenIn(offer);
  }

  #quiet() {
    sessionStorage[no] = "1";
    for (const part of parts()) part.dataset.quiet = "before";
    this.dataset.quiet = "now";
    this.say("news", this.dataset.quietText);
  }

  async #add(button) {
    button.disabled = true;
    this.say("error", "");
    const offer = button.closest("details");
    // From its beginning: whatever was done is seen, and nothing is added twice.
    const attempt = () => protect(this, offer);
    const again = async (error) => (await import(this.dataset.theme)).again(attempt, error);
    try {
      const turn = adds.then(attempt).catch(again);
      adds = turn.catch(() => {});
      await turn;
    } catch ({ message, isRefusal }) {
      this.say("error", isRefusal ? message : this.dataset.failed);
    }
    button.disabled = false;
  }

  say(kind, text) {
    this.querySelector(`.hakuna-protection__${kind}`).textContent = text;
  }
}

const chosenIn = (offer) => offer.querySelector("[data-offer_id]:checked");
const refOf = ({ properties }) =>
  Object.entries(properties ?? {}).find(([name]) => name.toLowerCase() === "_hakuna_ref")?.[1];

/** Adds the chosen plan under the product's line, as a pair by a key that both bear. */
async function protect(part, offer) {
  const theme = await import(part.dataset.theme);
  const readCart = async () => theme.read(await fetch(`${root}cart.js`));
  const plan = chosenIn(offer);
  const { items } = await readCart();
  // It may have got the key that it was given before, and the answer been another.
  offer.ref ??= crypto.randomUUID();
  let product = items.find(
    (item) =>
      item.key === offer.dataset.key ||
      (refOf(item) === offer.ref && String(item.variant_id) !== plan.value),
  );
  if (!product) return refresh();
  let ref = refOf(product);
  if (!ref) {
    ref = offer.ref;
    const { key: id, quantity, properties, selling_plan_allocation: selling } = product;
    const cart = await theme.post("cart/change.js", {
      ...{ id, quantity, properties: { ...properties, _hakuna_ref: ref } },
      ...(selling && { selling_plan: selling.selling_plan.id }),
    });
    product = cart.items.find((item) => refOf(item) === ref);
    offer.dataset.key = product.key;
  }
  const { quantity, variant_id: variant } = product;
  const isThere = async () =>
    (await readCart()).items.some(
      (item) => refOf(item) === ref && String(item.variant_id) === plan.value,
    );
  if (!(await isThere())) {
    const properties = {
      [part.dataset.protects]: offer.dataset.title,
      ...{ _hakuna_ref: ref, _hakuna_product: String(variant) },
      ...{ _hakuna_offer_id: plan.dataset.offer_id, _hakuna_plan_id: plan.dataset.plan_id },
    };
    const line = { id: Number(plan.value), quantity, properties };
    // The guard starts from it.
    sessionStorage[`hakuna:${ref}`] = `${quantity}/${quantity}`;
    const add = (more) => theme.post("cart/add.js", { items: [{ ...line, ...more }] });
    await add({ parent_line_key: product.key }).catch(async (error) => {
      // Bundles take no nested line.
      if (error.isRefusal) return add();
      // The answer can be lost on its way, and the plan be in the cart.
      if (!(await isThere())) throw error;
    });
  }
  const lines = [{ merchandiseId: plan.value, quantity }];
  const isShown = await theme.tellTheme(document, "add", lines).catch(() => false);
  if (!isShown) return location.reload();
  await refresh();
  const now = parts().find(({ dataset }) => dataset.place === part.dataset.place);
  now?.say("news", part.dataset.added);
  // What had the focus is gone.
  now?.focus();
}

const messages = ".hakuna-protection__news, .hakuna-protection__error";

/** What the cart page has now, in place of what is shown; open offers stay as they are. */
async function refresh() {
  const html = await (await fetch(`${root}cart`)).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of new Set([...parts(), drawerPart].filter(Boolean))) {
    const fresh = page.querySelector(`hakuna-cart[data-place="${part.dataset.place}"]`);
    if (!fresh || fresh.innerHTML === part.shown) continue;
    const open = new Map(
      [...part.querySelectorAll("details[open]")].map((offer) => [
        offer.dataset.key,
        chosenIn(offer)?.value,
      ]),
    );
    const texts = [...part.querySelectorAll(messages)].map(({ textContent }) => textContent);
    part.shown = fresh.innerHTML;
    part.innerHTML = fresh.innerHTML;
    for (const offer of part.querySelectorAll("details")) {
      offer.open = open.has(offer.dataset.key);
      const chosen = open.get(offer.dataset.key);
      const input = chosen && offer.querySelector(`[value="${chosen}"]`);
      if (!input) continue;
      input.checked = true;
      offer.querySelector(".hakuna-cart__add").disabled = false;
    }
    for (const [at, place] of part.querySelectorAll(messages).entries()) {
      place.textContent = texts[at];
    }
  }
}

const holder = document.querySelector("hakuna-cart-drawer");
const drawerPart = holder?.querySelector("hakuna-cart");
/** The lines in the drawers of Horizon and Dawn. */
const drawerLines = ".cart-drawer__items, cart-drawer-items";
let placings = 0;

/** Below the drawer's lines, where nothing is moved; a theme that renders them takes it away. */
function place() {
  const lines = document.querySelector(holder.dataset.into || drawerLines);
  if (!lines || lines.contains(drawerPart) || placings > 200) return;
  placings += 1;
  lines.append(drawerPart);
}

customElements.define("hakuna-cart", HakunaCart);
if (holder) {
  place();
  new MutationObserver(place).observe(document.body, { childList: true, subtree: true });
}
let timer;
new PerformanceObserver((list) => {
  if (!list.getEntries().some(({ name }) => /cart\/(add|change|update)/.test(name))) return;
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => {}), 400);
}).observe({ type: "resource" });
