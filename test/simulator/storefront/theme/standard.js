// A theme in the manner of Horizon 4: it speaks in Shopify's standard storefront events, and has set up
// the standard actions.
import { start } from "./queueing.js";

const getCart = () => window.Shopify.actions.getCart();
const tell = (from, name, fields) =>
  from.dispatchEvent(Object.assign(new Event(name, { bubbles: true }), fields));

start({
  selecting(from, page) {
    tell(from, "shopify:product:select", { promise: page.then(() => ({ variant: null })) });
  },
  selected(_from, _page, show) {
    show();
  },
  changing(from, action, lines, request) {
    const promise = request.then(getCart);
    tell(from, "shopify:cart:lines-update", { action, context: "product", lines, promise });
  },
  onChange(where, heard) {
    where.addEventListener("shopify:cart:lines-update", ({ action, promise }) => {
      heard(action, promise);
    });
  },
});

document.addEventListener("DOMContentLoaded", () => {
  const { actions } = window.Shopify;
  const drawer = () => document.getElementById("cart-drawer");
  actions.updateCart.configure({ eventTarget: () => drawer() ?? document });
  actions.openCart.configure({
    async handler() {
      const { root } = window.Shopify.routes;
      if (drawer()) drawer().open();
      else location.assign(`${root}cart`);
    },
  });
});
