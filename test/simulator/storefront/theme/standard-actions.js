// Stands in for the script that Shopify puts into every storefront: Shopify.actions. A theme may
// configure them; until then the defaults do what they can.
// https://shopify.dev/docs/api/storefront-events-and-actions/actions

/** Reads through the Storefront API, not through /cart. */
async function getCart() {
  const cart = await (await fetch("/api/cart")).json();
  const money = (cents) => ({
    totalAmount: { amount: (cents / 100).toFixed(2), currencyCode: cart.currency },
  });
  return {
    cart: {
      id: cart.token,
      totalQuantity: cart.item_count,
      cost: money(cart.total_price),
      lines: cart.items.map(({ key, quantity, final_line_price }) => ({
        ...{ id: key, quantity, cost: money(final_line_price) },
      })),
      discountCodes: [],
    },
  };
}

/** The default, where the theme has configured nothing: in place in a theme that it knows. */
function refresh() {
  if (window.publish) return window.publish("cart-update", { source: "standard-action" });
  if (!document.querySelector("cart-items-component")) return location.reload();
  document.dispatchEvent(new CustomEvent("cart:update", { detail: {} }));
}

function configurable(run) {
  let options = null;
  const action = (payload) =>
    options?.handler
      ? options.handler(() => run(payload, options), payload)
      : run(payload, options);
  action.configure = (given) => {
    options = given;
    return true;
  };
  action.isDefault = () => options === null;
  return action;
}

/** Writes through the Storefront API, not through /cart. What is refused resolves, with the reasons. */
const updateCart = configurable(async ({ lines }, options) => {
  const body = JSON.stringify({ lines });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/api/cart-lines-update", { method: "POST", headers, body });
  const { userErrors } = await answer.json();
  const promise = getCart().then((result) => ({ ...result, userErrors }));
  if (userErrors.length === 0) {
    const target = options?.eventTarget() ?? document;
    const event = new Event("shopify:cart:lines-update", { bubbles: true });
    const details = { action: "update", context: "standard-action", lines, promise };
    target.dispatchEvent(Object.assign(event, details));
    if (!options) promise.then(refresh);
  }
  return promise;
});

/** Opens a drawer that it finds, whatever that shows. */
const openCart = configurable(async () => {
  const drawer = document.querySelector("cart-drawer, cart-drawer-component, theme-drawer");
  if (drawer) drawer.open();
  else location.assign(`${window.Shopify.routes.root}cart`);
});

window.Shopify.actions = { getCart, updateCart, openCart };
