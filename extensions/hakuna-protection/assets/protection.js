// Adds the chosen plan with its product, in one request.

const { root } = Shopify.routes;
const chosen = {};
const variantOf = (form) => new FormData(form).get("id");
const blocks = () => [...document.querySelectorAll("hakuna-protection")];

class HakunaProtection extends HTMLElement {
  /** The chosen plan, if any. */
  get choice() {
    return this.querySelector("fieldset:not([hidden]) [data-offer_id]:checked");
  }

  /** Whether the form buys the product. */
  isFor(form) {
    if (!form.matches("[action$='/cart/add']")) return false;
    const { product, variants } = this.dataset;
    const id = form.elements["product-id"]?.value;
    return id === product || variants.split(",").includes(variantOf(form));
  }

  /** Shows the selected variant's plans; a choice among them stays. */
  follow() {
    const forms = [...document.forms].filter((form) => this.isFor(form));
    const near = this.closest(".shopify-section, dialog");
    const form = forms.find((each) => near?.contains(each)) ?? forms[0];
    if (!form) return;
    const groupOf = (id) => this.querySelector(`[data-for="${id}"]`);
    const group = groupOf(variantOf(form)) ?? groupOf("");
    for (const each of this.querySelectorAll("fieldset")) each.hidden = each !== group;
    // No protection comes first, and gives way.
    const kept = ["", chosen[this.dataset.product]];
    for (const input of group?.elements ?? []) input.checked = kept.includes(input.value);
  }

  async add(form, button) {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
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
        // Bundles take no nested line.
        body.delete("items[1][parent_id]");
        answer = await post(body);
      }
      const added = await answer.json();
      if (answer.ok) await show(form, added, drawer);
      else error.textContent = added.description ?? added.message;
    } catch {
      error.textContent = this.dataset.failed;
    }
    button.ariaDisabled = null;
  }
}

const post = (body) => fetch(`${root}cart/add.js`, { method: "POST", body });

/** What the form would add, and the plan: a pair by a fresh key. */
function pair(fields, plan) {
  const body = new FormData();
  for (const [name, value] of fields) {
    const isOfLine = /^(id|quantity|selling_plan|properties\[.+)$/.test(name);
    if (isOfLine && value) body.append(`items[0]${name.replace(/^\w+/, "[$&]")}`, value);
  }
  const id = fields.get("id");
  const quantity = fields.get("quantity") || 1;
  const ref = crypto.randomUUID();
  // The guard starts from it.
  sessionStorage[`hakuna:${ref}`] = `${quantity}/${quantity}`;
  body.set("items[0][properties][_hakuna_ref]", ref);
  body.set("items[1][id]", plan.value);
  body.set("items[1][quantity]", quantity);
  body.set("items[1][parent_id]", id);
  for (const [name, value] of Object.entries({ ref, product: id, ...plan.dataset })) {
    body.set(`items[1][properties][_hakuna_${name}]`, value);
  }
  return body;
}

/** Shows the cart in Dawn's way, by the standard actions, or as a page. */
async function show(form, added, drawer) {
  const { actions } = Shopify;
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

/** Without a chosen plan the theme goes its own way. */
function take(event) {
  const button = event.submitter ?? event.target.closest("[type=submit], [name=add]");
  const form = button?.form ?? event.target;
  if (button?.hasAttribute("formaction")) return;
  const block = blocks().find((each) => each.choice && each.isFor(form));
  if (!block) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.noValidate || form.reportValidity()) block.add(form, button ?? form);
}

customElements.define("hakuna-protection", HakunaProtection);
const followAll = () => {
  for (const block of blocks()) block.follow();
};
// Themes set a hidden input, render the section again, or both.
const options = { attributeFilter: ["value"], childList: true, subtree: true };
new MutationObserver(followAll).observe(document.body, options);
followAll();
addEventListener("change", ({ target }) => {
  const block = target.closest("hakuna-protection");
  if (block) chosen[block.dataset.product] = block.choice?.value;
  followAll();
});
// Ahead of the theme, which may listen to the click alone.
for (const type of ["click", "submit"]) addEventListener(type, take, true);
