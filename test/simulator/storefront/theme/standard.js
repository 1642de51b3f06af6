// An Ajax theme in the manner of Horizon: it speaks in Shopify's standard storefront events, and
// renders the product section anew when the variant changes.
const cartRoot = window.Shopify.routes.root;
const eventName = "shopify:cart:lines-update";

async function sectionHtml(url) {
  const html = await (await fetch(url)).text();
  return new DOMParser().parseFromString(html, "text/html").querySelector(".shopify-section");
}

function tell(from, action, lines, request) {
  const promise = request.then(() => window.Shopify.actions.getCart());
  const event = new Event(eventName, { bubbles: true });
  from.dispatchEvent(Object.assign(event, { action, context: "product", lines, promise }));
  return promise;
}

customElements.define(
  "product-form",
  class extends HTMLElement {
    connectedCallback() {
      this.querySelector("[data-variant-picker]")?.addEventListener(
        "change",
        async ({ target }) => {
          const fresh = await sectionHtml(
            `${location.pathname}?variant=${target.value}&section_id=main-product`,
          );
          this.closest(".shopify-section").innerHTML = fresh.innerHTML;
        },
      );
    }
  },
);

// Caught at the document, as Horizon does.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("id") !== "product-form") return;
    event.preventDefault();
    const body = new FormData(form);
    const request = fetch(`${cartRoot}cart/add.js`, { method: "POST", body }).then(
      async (answer) => {
        if (answer.ok) return;
        form.parentElement.querySelector("[data-error]").textContent = (
          await answer.json()
        ).description;
      },
    );
    const lines = [{ merchandiseId: body.get("id"), quantity: Number(body.get("quantity")) }];
    tell(form, "add", lines, request);
  },
  true,
);

customElements.define(
  "theme-drawer",
  class extends HTMLElement {
    open() {
      this.classList.add("active");
    }
  },
);

customElements.define(
  "cart-items-component",
  class extends HTMLElement {
    connectedCallback() {
      const drawer = this.closest("theme-drawer");
      document.addEventListener(eventName, (event) => {
        event.promise?.then(async ({ cart }) => {
          const fresh = await sectionHtml(`${cartRoot}cart?section_id=cart-drawer`);
          this.innerHTML = fresh.querySelector("#CartDrawer").innerHTML;
          document.getElementById("cart-icon-bubble").textContent = cart.totalQuantity;
          if (event.action === "add") drawer.open();
        });
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
      document.querySelector("[data-open-cart]").addEventListener("click", (event) => {
        event.preventDefault();
        drawer.open();
      });
    }

    change(line, quantity) {
      const body = JSON.stringify({ line, quantity });
      const headers = { "Content-Type": "application/json" };
      const request = fetch(`${cartRoot}cart/change.js`, { method: "POST", headers, body });
      tell(this, "update", [{ id: line, quantity: Number(quantity) }], request);
    }
  },
);
