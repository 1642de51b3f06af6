// What themes in the manner of Horizon have in common. An add is queued while a variant is being asked
// for, and its button stays enabled. Quick-add moves the nodes of a parsed page in: no script of it
// runs, no stylesheet comes along; the dialog keeps them when it is closed, and makes them into those of
// the next product.
const cartRoot = window.Shopify.routes.root;
const parsed = async (url) =>
  new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");

/** Makes one element into another by its attributes and children, and keeps what is of one kind. */
function become(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const [have, want] = [[...old.childNodes], [...fresh.childNodes]];
  for (const [at, child] of want.entries()) {
    if (!have[at]) old.append(child);
    else if (have[at].nodeName !== child.nodeName) have[at].replaceWith(child);
    else if (child instanceof Element) become(have[at], child);
    else have[at].nodeValue = child.nodeValue;
  }
  for (const child of have.slice(want.length)) child.remove();
}

/**
 * @param speech how the theme says things: `selecting(from, page)` that a variant is asked for, with
 *   a promise of the page; `selected(from, page, show)` that it has come, and `show` may show it;
 *   `changing(from, action, lines, request)` that the cart is being changed; `onChange(where, heard)`
 *   calls with the action and a promise that settles when the cart has changed
 */
export function start({ selecting, selected, changing, onChange }) {
  customElements.define(
    "product-form",
    class extends HTMLElement {
      queue = [];
      asked = 0;

      connectedCallback() {
        this.picker = this.querySelector("[data-variant-picker]");
        this.picker?.addEventListener("change", () => this.ask());
      }

      async ask() {
        this.asked += 1;
        const turn = this.asked;
        this.isAsking = true;
        const page = parsed(`${this.dataset.url}?variant=${this.picker.value}`);
        selecting(this, page);
        const html = await page;
        if (turn !== this.asked) return;
        const variant = html.querySelector("product-form [name=id]").value;
        selected(this, html, () => {
          this.querySelector("[name=id]").value = variant;
          const price = this.closest(".product").querySelector("[data-price]");
          price.textContent = html.querySelector("[data-price]").textContent;
        });
        this.isAsking = false;
        for (const { id, quantity } of this.queue) {
          const body = new FormData();
          body.set("id", id);
          body.set("quantity", quantity);
          this.add(body);
        }
        this.queue = [];
      }

      submit(form) {
        const body = new FormData(form);
        if (!this.isAsking) return this.add(body);
        this.queue.push({ id: this.picker.value, quantity: body.get("quantity") });
      }

      add(body) {
        const request = fetch(`${cartRoot}cart/add.js`, { method: "POST", body });
        const answered = request.then(async (answer) => {
          const error = answer.ok ? "" : (await answer.json()).description;
          this.querySelector("[data-error]").textContent = error;
        });
        const lines = [{ merchandiseId: body.get("id"), quantity: Number(body.get("quantity")) }];
        changing(this, "add", lines, answered);
      }
    },
  );
  // Caught at the document, as Horizon does.
  document.addEventListener(
    "submit",
    (event) => {
      const owner = event.target.closest("product-form");
      if (!owner) return;
      event.preventDefault();
      owner.submit(event.target);
    },
    true,
  );

  class Drawer extends HTMLElement {
    connectedCallback() {
      document.querySelector("[data-open-cart]").addEventListener("click", (event) => {
        event.preventDefault();
        this.open();
      });
    }

    open() {
      const dialog = this.querySelector("dialog");
      if (!dialog.open) dialog.showModal();
    }
  }
  customElements.define("theme-drawer", Drawer);
  customElements.define("cart-drawer-component", class extends Drawer {});

  customElements.define(
    "cart-items-component",
    class extends HTMLElement {
      connectedCallback() {
        onChange(document, async (action, done) => {
          await done;
          const id = this.dataset.sectionId;
          const fresh = await parsed(`${cartRoot}cart?section_id=${id}`);
          this.innerHTML = fresh.querySelector("cart-items-component").innerHTML;
          const icon = await parsed(`${cartRoot}cart?section_id=cart-icon-bubble`);
          const count = icon.querySelector(".shopify-section").textContent;
          document.getElementById("cart-icon-bubble").textContent = count;
          if (action === "add") document.getElementById("cart-drawer")?.open();
        });
        this.addEventListener("change", ({ target }) =>
          this.change(target.dataset.line, target.value),
        );
        this.addEventListener("click", (event) => {
          const { remove } = event.target.dataset;
          if (!remove) return;
          event.preventDefault();
          this.change(remove, 0);
        });
      }

      change(line, quantity) {
        const body = JSON.stringify({ line, quantity });
        const headers = { "Content-Type": "application/json" };
        const request = fetch(`${cartRoot}cart/change.js`, { method: "POST", headers, body });
        changing(this, "update", [{ id: line, quantity: Number(quantity) }], request);
      }
    },
  );

  customElements.define(
    "quick-add-dialog",
    class extends HTMLElement {
      connectedCallback() {
        onChange(this, async (_action, done) => {
          await done;
          this.querySelector("dialog").close();
        });
      }

      async show(url) {
        const product = (await parsed(url)).querySelector(".product").cloneNode(true);
        const dialog = this.querySelector("dialog");
        const former = dialog.querySelector(".product");
        if (former) become(former, product);
        else dialog.append(product);
        dialog.showModal();
      }
    },
  );
  document.addEventListener("click", ({ target }) => {
    const { quickAdd } = target.dataset;
    if (quickAdd) document.querySelector("quick-add-dialog").show(quickAdd);
  });
}
