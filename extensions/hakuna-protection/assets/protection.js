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
    if (Date.now() > end) throw new Error("The variant is still loading.");
    await Promise.race([...loading, pause(250)]);
  }
}

let count = 0;

class HakunaProtection extends HTMLElement {
  static observedAttributes = ["style"];
  /** The plan that the buyer chose. */
  wanted = "";
  #suffix = `-${++count}`;
  #source;
  #variants;
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
    const { variants } = this.dataset;
    if (this.#source !== variants) this.#variants = JSON.parse(variants);
    this.#source = variants;
    return this.#variants;
  }

  /** The chosen plan, if any. */
  get choice() {
    return this.querySelector("fieldset:not([hidden]) [data-offer_id]:checked");
  }

  /** Whether the form buys the product. */
  isFor(form) {
    if (!form.matches("[action*='/cart/add']")) return false;
    const id = fieldOf(form, "id");
    return fieldOf(form, "product-id") === this.dataset.product || id in this.variants;
  }

  get form() {
    const forms = [...document.forms].filter((form) => this.isFor(form));
    return forms.find((form) => placeOf(form) === placeOf(this)) ?? forms[0];
  }

  /** Whether the form buys the variant whose plans are shown. */
  isBuying(form) {
    return fieldOf(form, "id") === fieldOf(this.form, "id");
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
    const quantity = Number(fieldOf(form, "quantity")) || 1;
    for (const total of this.querySelectorAll("[data-price]")) {
      const text = quantity > 1 ? this.#textOf(total.dataset.price * quantity) : "";
      if (total.textContent !== text) total.textContent = text;
    }
  }

  /** Cents in the shop's own format, which is seen in 123456789. */
  #textOf(cents) {
    const { money, total } = this.dataset;
    const amount = money.replace(/1(\D*)234\1?56[78](?:(\D)89)?/, (_, separator, point) => {
      const [whole, rest] = (cents / 100).toFixed(point ? 2 : 0).split(".");
      const grouped = whole.replace(/\B(?=(\d{3})+$)/g, separator);
      return point ? grouped + point + rest : grouped;
    });
    return total.replace("[total]", amount);
  }

  /** Asks for the plans of a variant beyond Liquid's list, once. */
  #ask(id) {
    if (id in this.#further) return;
    this.#further[id] = undefined;
    const request = async () => {
      const { plansOf } = await import(this.dataset.further);
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

/** Products that are being added. */
const busy = new Set();

async function sell(block, form, button) {
  const { product } = block.dataset;
  if (busy.has(product)) return;
  busy.add(product);
  button.ariaDisabled = "true";
  block.say("error", "");
  try {
    await loaded();
    // Meanwhile the theme may have rendered all of it anew.
    const own = block.isConnected
      ? block
      : blocks().find((each) => each.dataset.product === product);
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
  const far = all.filter((each) => each.isBuying(form) && isSubmit && each.getClientRects()[0]);
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
    // Likely to be wanted soon.
    if (block.wanted) import(block.dataset.sale).catch(() => {});
  }
  followAll();
});
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
