// Shows the plans of the variant that a form would buy, and takes over from the form while one is
// chosen.

const patience = 10_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const blocks = () => [...document.querySelectorAll("hakuna-protection")];
const placeOf = (element) => element.closest(".shopify-section, dialog");

/** What a form would send under a name. `new FormData` would tell the form's listeners each time. */
const fieldOf = (form, name) =>
  [...form.elements].find(
    ({ name: own, disabled, type, checked }) =>
      own === name && !disabled && (checked || !/^(radio|checkbox)$/.test(type)),
  )?.value;

/** The block's stylesheet, where the page came without: a theme's quick-add takes HTML alone. */
let styles;
function addStyles(href) {
  const { pathname } = new URL(href, location);
  if ([...document.styleSheets].some((sheet) => sheet.href?.includes(pathname))) return null;
  styles ??= new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.onload = link.onerror = done;
    document.head.append(link);
  });
  return styles;
}

/** What the form depends on and is still being loaded; each ends some time. */
const loading = new Set();
function hold(request) {
  const entry = Promise.race([request, pause(3 * patience)])
    .catch(() => {})
    // The theme acts on it first.
    .then(() => pause(0))
    .then(() => loading.delete(entry));
  loading.add(entry);
}
async function loaded() {
  const end = Date.now() + patience;
  while (loading.size > 0) {
    if (Date.now() > end) throw new Error("late");
    await Promise.race([...loading, pause(250)]);
  }
}

let count = 0;

class HakunaProtection extends HTMLElement {
  static observedAttributes = ["style"];
  wanted = "";
  #suffix = `-${++count}`;
  #product = this.dataset.product;
  /** Group, if any, and title of variants beyond Liquid's list, by ID. */
  #further = {};

  async connectedCallback() {
    await addStyles(this.dataset.styles);
    this.isAlive = true;
    this.attributeChangedCallback();
    followAll();
  }

  /** A theme that renders the page anew brings back what hid the block before it was alive. */
  attributeChangedCallback() {
    if (this.isAlive && this.hasAttribute("style")) this.removeAttribute("style");
  }

  /** Titles by variant ID. Liquid lists 250 and the one shown. */
  get variants() {
    return JSON.parse(this.dataset.variants);
  }

  get choice() {
    return this.querySelector("fieldset:not([hidden]) [data-offer_id]:checked");
  }

  isFor(form) {
    if (!form.matches("[action*='/cart/add']")) return false;
    const id = fieldOf(form, "id");
    return fieldOf(form, "product-id") === this.dataset.product || id in this.variants;
  }

  get form() {
    const forms = [...document.forms].filter((form) => this.isFor(form));
    return forms.find((form) => placeOf(form) === placeOf(this)) ?? forms[0];
  }

  /** The group of a variant: its own, else the product's; undefined: not known yet. */
  #groupOf(id) {
    const find = (variant) => this.querySelector(`[data-for="${variant}"]`);
    const further = this.#further[id];
    if (further?.group && !find(id)) {
      this.querySelector(".hakuna-protection__news").before(further.group);
    }
    if (id in this.variants || further) return find(id) ?? find("");
  }

  /** Shows the selected variant's plans; a choice among them stays. */
  follow() {
    const { form } = this;
    if (!form || !this.isAlive) return;
    // A theme may make one block into another product's.
    if (this.#product !== this.dataset.product) this.wanted = "";
    this.#product = this.dataset.product;
    const id = fieldOf(form, "id");
    const group = id && this.#groupOf(id);
    if (id && group === undefined) this.#ask(id);
    const inputs = [...(group?.elements ?? [])];
    if (this.wanted && id && group !== undefined) {
      if (!inputs.some(({ value }) => value === this.wanted)) {
        this.wanted = "";
        this.say("news", this.dataset.dropped);
      }
    }
    for (const each of this.querySelectorAll("fieldset")) {
      each.hidden = each !== group;
      for (const input of each.elements) {
        // The same block may be on the page twice.
        if (!input.name.endsWith(this.#suffix)) input.name += this.#suffix;
      }
    }
    // No protection comes first, and gives way.
    for (const input of inputs) input.checked = ["", this.wanted].includes(input.value);
    this.#showTotals(form).catch(() => {});
  }

  async #showTotals(form) {
    const read = () => Number(fieldOf(form, "quantity")) || 1;
    const { textOf } = read() > 1 ? await import(this.dataset.sale) : {};
    const quantity = read();
    for (const total of this.querySelectorAll("[data-price]")) {
      const isSeveral = quantity > 1 && textOf;
      const text = isSeveral ? textOf(this.dataset, total.dataset.price * quantity) : "";
      if (total.textContent !== text) total.textContent = text;
    }
  }

  /** Asks for the plans of a variant beyond Liquid's list, once. */
  #ask(id) {
    if (id in this.#further) return;
    this.#further[id] = undefined;
    const request = async () => {
      const { plansOf } = await import(this.dataset.sale);
      this.#further[id] = await plansOf(this.dataset, id);
      this.follow();
    };
    hold(request());
  }

  say(kind, text) {
    const place = this.querySelector(`.hakuna-protection__${kind}`);
    if (place.textContent !== text) place.textContent = text;
  }

  /** What the plan protects, in words. */
  titleOf(id) {
    const { title, hasOptions } = this.dataset;
    const variant = this.variants[id] ?? this.#further[id]?.title;
    return hasOptions !== undefined && variant ? `${title}, ${variant}` : title;
  }
}

const busy = new Set();

async function sell(block, form, button) {
  const { product } = block.dataset;
  const place = placeOf(block);
  if (busy.has(product)) return;
  busy.add(product);
  button.ariaDisabled = "true";
  block.say("error", "");
  try {
    await loaded();
    // Meanwhile the theme may have rendered all of it anew.
    const all = blocks().filter((each) => each.dataset.product === product);
    const own = all.find((each) => placeOf(each) === place) ?? all[0];
    const fresh = form.isConnected ? form : own.form;
    own.follow();
    const isSold = button.disabled || fresh.querySelector("[type=submit]:disabled");
    if (own.choice && !isSold) {
      const { addPair } = await import(own.dataset.sale);
      await addPair(own, fresh, button);
    }
  } catch {
    block.say("error", block.dataset.failed);
  }
  button.ariaDisabled = null;
  busy.delete(product);
}

/** Without a chosen plan the theme goes its own way. */
function take(event) {
  const isClick = event.type === "click";
  const button = isClick ? event.target.closest("button, input") : event.submitter;
  const isSubmit = !isClick || /^(submit|image)$/.test(button?.type);
  if (!isSubmit && button?.name !== "add") return;
  const form = button ? button.form : event.target;
  if (!form || button?.hasAttribute("formaction")) return;
  const all = blocks().filter((block) => block.isAlive && block.isFor(form));
  const near = all.filter((block) => placeOf(block) === placeOf(form));
  // A bar that sticks to the window; not a card that sells another variant, or opens something.
  const id = fieldOf(form, "id");
  const isBar = (each) => fieldOf(each.form, "id") === id && each.getClientRects()[0];
  const far = isSubmit ? all.filter(isBar) : [];
  const block = (near[0] ? near : far).find(({ choice }) => choice);
  if (!block) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (button?.ariaDisabled === "true") return;
  if (form.noValidate || form.reportValidity()) sell(block, form, button ?? form);
}

let known = [];
function followAll() {
  const now = blocks();
  const gone = known.filter((block) => !block.isConnected);
  for (const block of now.filter((each) => !known.includes(each))) {
    const before = gone.find((each) => each.dataset.product === block.dataset.product);
    block.wanted = before?.wanted ?? "";
  }
  known = now;
  for (const block of now) block.follow?.();
}

customElements.define("hakuna-protection", HakunaProtection);
// Themes set a hidden input, render the section again, or both.
const options = { attributeFilter: ["value"], childList: true, subtree: true };
new MutationObserver(followAll).observe(document.body, options);
followAll();
addEventListener("change", ({ target }) => {
  const block = target.closest("hakuna-protection");
  if (block) {
    block.wanted = block.choice?.value ?? "";
    block.say("news", "");
    if (block.wanted) import(block.dataset.sale).catch(() => {});
  }
  followAll();
});
// Nothing is chosen when a quick-add opens again.
const forget = ({ target }) => {
  for (const block of blocks()) if (target.contains?.(block)) block.wanted = "";
  followAll();
};
addEventListener("close", forget, true);
for (const type of ["click", "input"]) addEventListener(type, () => setTimeout(followAll));
// The theme asks for a variant; the form still holds the one before.
const isCard = ({ target }) => target.closest?.("product-card");
addEventListener("shopify:product:select", (event) => isCard(event) || hold(event.promise));
addEventListener("variant:selected", (event) => {
  const updated = (done) => addEventListener("variant:update", done, { once: true });
  if (!isCard(event)) hold(new Promise(updated));
});
// Ahead of the theme, which may listen to the click alone.
for (const type of ["click", "submit"]) addEventListener(type, take, true);
