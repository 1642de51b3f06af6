// An Ajax theme in the manner of Dawn: publish and subscribe, section rendering, a cart drawer, a cart
// page of two sections, a quick-add that runs the scripts of what it fetched and brings no stylesheet.
const subscribers = new Map();
function subscribe(name, listener) {
  const all = subscribers.get(name) ?? new Set();
  subscribers.set(name, all.add(listener));
  return () => all.delete(listener);
}
function publish(name, data) {
  return Promise.all([...(subscribers.get(name) ?? [])].map((listener) => listener(data)));
}
window.publish = publish;
const cartRoot = window.Shopify.routes.root;
const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const fetched = async (url) => parse(await (await fetch(url)).text());
const bubble = {
  id: "cart-icon-bubble",
  section: "cart-icon-bubble",
  selector: ".shopify-section",
};

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
      this.closest("quick-add-modal")?.hide(true);
      cart.renderContents(state);
    }
  },
);

/** Lines whose changes are posted, and shown by the sections that come with the answer. */
class CartItems extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.change(target.dataset.line, target.value));
    this.addEventListener("click", (event) => {
      const { remove } = event.target.dataset;
      if (!remove) return;
      event.preventDefault();
      this.change(remove, 0);
    });
    this.leave = subscribe("cart-update", ({ source }) => {
      if (source !== "cart-items") return this.refresh();
    });
  }

  disconnectedCallback() {
    this.leave();
  }

  async change(line, quantity) {
    const sections = this.getSectionsToRender().map(({ section }) => section);
    const body = JSON.stringify({ line, quantity, sections, sections_url: location.pathname });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${cartRoot}cart/change`, { method: "POST", headers, body });
    const state = await answer.json();
    if (state.errors) {
      document.querySelector("[data-cart-error]").textContent = state.errors;
      return;
    }
    for (const { id, section, selector } of this.getSectionsToRender()) {
      const place = document.getElementById(id);
      const old = place.querySelector(selector) ?? place;
      old.innerHTML = parse(state.sections[section]).querySelector(selector).innerHTML;
    }
    publish("cart-update", { source: "cart-items", cartData: state });
  }
}

customElements.define(
  "cart-drawer-items",
  class extends CartItems {
    getSectionsToRender() {
      return [{ id: "CartDrawer", section: "cart-drawer", selector: ".drawer__inner" }, bubble];
    }

    async refresh() {
      const html = await fetched(`${cartRoot}cart?section_id=cart-drawer`);
      for (const selector of ["cart-drawer-items", ".drawer__footer"]) {
        document.querySelector(selector).replaceWith(html.querySelector(selector));
      }
    }
  },
);

customElements.define(
  "cart-items",
  class extends CartItems {
    getSectionsToRender() {
      const ids = ["main-cart-items", "main-cart-footer"];
      return [...ids.map((id) => ({ id, section: id, selector: ".js-contents" })), bubble];
    }

    /** The lines alone: the footer's subtotal stays as it was. */
    async refresh() {
      const html = await fetched(`${cartRoot}cart?section_id=main-cart-items`);
      this.innerHTML = html.querySelector("cart-items").innerHTML;
    }
  },
);

customElements.define(
  "cart-drawer",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("keyup", ({ code }) => code === "Escape" && this.close());
      document.querySelector("[data-open-cart]").addEventListener("click", (event) => {
        event.preventDefault();
        this.open();
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
        const fresh = parse(state.sections[id]).querySelector(selector ?? ".shopify-section");
        shown.innerHTML = fresh.innerHTML;
      }
      this.open();
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

customElements.define(
  "quick-add-modal",
  class extends HTMLElement {
    async show(url) {
      const product = (await fetched(url)).querySelector(".product");
      const box = this.querySelector(".modal__box");
      box.innerHTML = product.outerHTML;
      for (const script of box.querySelectorAll("script")) {
        const fresh = document.createElement("script");
        for (const { name, value } of script.attributes) fresh.setAttribute(name, value);
        fresh.textContent = script.textContent;
        script.replaceWith(fresh);
      }
      this.setAttribute("open", "");
    }

    /** Whoever adds closes it. */
    hide() {
      this.querySelector(".modal__box").innerHTML = "";
      this.removeAttribute("open");
    }
  },
);

document.addEventListener("click", ({ target }) => {
  const { quickAdd } = target.dataset;
  if (quickAdd) document.querySelector("quick-add-modal").show(quickAdd);
});
