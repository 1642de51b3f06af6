// A theme in the manner of Horizon before 4: it speaks in events of its own, knows nothing of the
// standard actions, and renders the product anew when the variant changes.
import { start } from "./queueing.js";

const tell = (from, name, detail) =>
  from.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));

start({
  selecting(from) {
    tell(from, "variant:selected", {});
  },
  selected(from, page) {
    const product = from.closest(".product");
    tell(from, "variant:update", { data: { html: page } });
    product.innerHTML = page.querySelector(".product").innerHTML;
  },
  changing(from, action, _lines, request) {
    request.then(async () => {
      const resource = await (await fetch(`${window.Shopify.routes.root}cart.js`)).json();
      const data = { source: from.localName, itemCount: resource.item_count };
      tell(from, "cart:update", { resource, sourceId: from.id, data, action });
    });
  },
  onChange(where, heard) {
    // Whatever the change, the drawer opens.
    where.addEventListener("cart:update", ({ detail }) => heard("add", detail));
  },
});
