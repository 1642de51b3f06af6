// An Ajax theme in the manner of Dawn: publish and subscribe, section rendering, a cart drawer.
const subscribers = {};
function subscribe(name, listener) {
  subscribers[name] = [...(subscribers[name] ?? []), listener];
}
function publish(name, data) {
  return Promise.all((subscribers[name] ?? []).map((listener) => listener(data)));
}
window.publish = publish;
const cartRoot = window.Shopify.routes.root;
const inner = (html, selector) =>
  new DOMParser().parseFromString(html, "text/html").querySelector(selector).innerHTML;

customElements.define(
  "product-form",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.form.addEventListener("submit", (event) => this.submit(event));
      this.querySelector("[data-variant-picker]")?.addEventListener("change", ({ target }) => {
        const input = this.form.elements.id;
        input.value = target.value;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }

    async submit(event) {
      event.preventDefault();
      const cart = document.querySelector("cart-drawer");
      const body = new FormData(this.form);
      body.append(
        "sections",
        cart.getSectionsToRender().map(({ id }) => id),
      );
      body.append("sections_url", location.pathname);
      cart.setActiveElement(document.activeElement);
      const headers = { "X-Requested-With": "XMLHttpRequest" };
      const answer = await fetch(`${cartRoot}cart/add`, { method: "POST", body, headers });
      const state = await answer.json();
      this.querySelector("[data-error]").textContent = state.status ? state.description : "";
      if (state.status) return;
      publish("cart-update", { source: "product-form", cartData: state });
      cart.renderContents(state);
    }
  },
);

customElements.define(
  "cart-drawer",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keyup", ({ code }) => code === "Escape" && this.close());
      this.addEventListener("change", ({ target }) =>
        this.change(target.dataset.line, target.value),
      );
      this.addEventListener("click", (event) => {
        const { remove } = event.target.dataset;
        if (!remove) return;
        event.preventDefault();
        this.change(remove, 0);
      });
      document.querySelector("[data-open-cart]").addEventListener("click", (event) => {
        event.preventDefault();
        this.open();
      });
      subscribe("cart-update", async ({ source }) => {
        if (source === "cart-items") return;
        const html = await (await fetch(`${cartRoot}cart?section_id=cart-drawer`)).text();
        this.querySelector("#CartDrawer").innerHTML = inner(html, "#CartDrawer");
      });
    }

    getSectionsToRender() {
      return [{ id: "cart-drawer", selector: "#CartDrawer" }, { id: "cart-icon-bubble" }];
    }

    setActiveElement(element) {
      this.activeElement = element;
    }

    renderContents(state) {
      for (const { id, selector } of this.getSectionsToRender()) {
        const shown = document.querySelector(selector ?? `#${id}`);
        shown.innerHTML = inner(state.sections[id], selector ?? ".shopify-section");
      }
      this.open();
    }

    async change(line, quantity) {
      const sections = this.getSectionsToRender().map(({ id }) => id);
      const body = JSON.stringify({ line, quantity, sections, sections_url: location.pathname });
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(`${cartRoot}cart/change`, { method: "POST", headers, body });
      const state = await answer.json();
      if (state.errors) {
        this.querySelector("[data-cart-error]").textContent = state.errors;
        return;
      }
      this.renderContents(state);
      publish("cart-update", { source: "cart-items", cartData: state });
    }

    open() {
      this.classList.add("active");
      this.querySelector("#CartDrawer").focus();
    }

    close() {
      this.classList.remove("active");
      this.activeElement?.focus();
    }
  },
);
