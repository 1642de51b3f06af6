// Puts the chosen plan into the cart together with its product, in one request.

const { root } = window.Shopify.routes;
const chosen = {};
const variantOf = (form) => new FormData(form).get("id");
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

class HakunaProtection extends HTMLElement {
  connectedCallback() {
    this.follow();
  }

  /** The chosen plan; null: no protection. */
  get choice() {
    return this.querySelector("fieldset:not([hidden]) [data-offer_id]:checked");
  }

  /** Whether the form buys this block's product. */
  isFor(form) {
    if (!/\/cart\/add$/.test(form.getAttribute("action"))) return false;
    const { product, variants } = this.dataset;
    const id = form.elements["product-id"]?.value;
    return id ? id === product : variants.split(",").includes(variantOf(form));
  }

  /** Shows the selected variant's plans; a choice among them stays. */
  follow() {
    const forms = [...document.forms].filter((form) => this.isFor(form));
    const near = this.closest(".shopify-section, dialog");
    const form = forms.find((each) => near?.contains(each)) ?? forms[0];
    if (!form) return;
    const groupOf = (id) => this.querySelector(`[data-for="${id}"]`);
    const group = groupOf(variantOf(form)) ?? groupOf("");
    for (const each of all("fieldset", this)) each.hidden = each !== group;
    const inputs = group ? all("input", group) : [];
    const inputOf = (value) => inputs.find((input) => input.value === value);
    const kept = inputOf(chosen[this.dataset.product]) ?? inputOf("");
    for (const input of inputs) input.checked = input === kept;
  }

  async add(form, button) {
    if (this.busy) return;
    this.busy = true;
    button?.setAttribute("aria-disabled", "true");
    const error = this.querySelector("[role=alert]");
    error.textContent = "";
    try {
      const drawer = document.querySelector("cart-notification, cart-drawer");
      drawer?.setActiveElement?.(button);
      const body = pair(new FormData(form), this.choice);
      const sections = drawer?.getSectionsToRender?.().map(({ id }) => id);
      if (sections) body.set("sections", sections);
      let answer = await post(body);
      if (answer.status === 422) {
        // Bundles take no nested line; otherwise this fails as well.
        body.delete("items[1][parent_id]");
        answer = await post(body);
      }
      const added = await answer.json();
      if (answer.ok) await show(form, added, drawer);
      else error.textContent = added.description ?? added.message;
    } catch {
      error.textContent = this.dataset.failed;
    }
    button?.removeAttribute("aria-disabled");
    this.busy = false;
  }
}

const post = (body) => fetch(`${root}cart/add.js`, { method: "POST", body });

/** What the form would have added, and the plan. The same fresh key makes them a pair. */
function pair(fields, plan) {
  const body = new FormData();
  for (const [name, value] of fields) {
    const isOfLine = /^(id|quantity|selling_plan|properties\[.+)$/.test(name);
    if (isOfLine && value) body.append(`items[0]${name.replace(/^\w+/, "[$&]")}`, value);
  }
  const id = fields.get("id");
  const ref = crypto.randomUUID();
  body.set("items[0][properties][_hakuna_ref]", ref);
  body.set("items[1][id]", plan.value);
  body.set("items[1][quantity]", fields.get("quantity") || 1);
  body.set("items[1][parent_id]", id);
  for (const [name, value] of Object.entries({ ref, product: id, ...plan.dataset })) {
    body.set(`items[1][properties][_hakuna_${name}]`, value);
  }
  return body;
}

/** Has the theme show its cart: in Dawn's way, by the standard actions, or as a page. */
async function show(form, added, drawer) {
  const { actions } = window.Shopify;
  if (drawer?.renderContents) {
    window.publish?.("cart-update", { source: "hakuna", cartData: added });
    drawer.classList.remove("is-empty");
    drawer.renderContents({ ...added.items[0], ...added });
  } else if (actions) {
    const event = new Event("shopify:cart:lines-update", { bubbles: true });
    const lines = added.items.map(({ id, quantity }) => ({ merchandiseId: id, quantity }));
    const promise = actions.getCart();
    form.dispatchEvent(Object.assign(event, { action: "add", context: "product", lines, promise }));
    await promise;
    await actions.openCart();
  } else {
    location.assign(`${root}cart`);
    await new Promise((left) => addEventListener("pagehide", left));
  }
}

/** The theme's own way goes on as ever, unless a plan is chosen. */
function take(event) {
  const button = event.submitter ?? event.target.closest("[type=submit], [name=add]");
  const form = event.type === "submit" ? event.target : button?.form;
  if (!form || button?.hasAttribute("formaction")) return;
  const block = all("hakuna-protection").find((each) => each.choice && each.isFor(form));
  if (!block) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.noValidate || form.reportValidity()) block.add(form, button);
}

customElements.define("hakuna-protection", HakunaProtection);
const followAll = () => {
  for (const block of all("hakuna-protection")) block.follow();
};
// Themes change the variant in a hidden input, by rendering the section again, or both.
const options = { attributeFilter: ["value"], childList: true, subtree: true };
new MutationObserver(followAll).observe(document.body, options);
addEventListener("change", ({ target }) => {
  const block = target.closest("hakuna-protection");
  if (block) chosen[block.dataset.product] = block.choice?.value;
  followAll();
});
// Ahead of the theme's listeners; some listen to the click alone.
for (const type of ["click", "submit"]) addEventListener(type, take, true);
