// Stands in for the script that Shopify puts into every storefront: Shopify.actions.
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

/** Writes through the Storefront API, not through /cart. */
async function updateCart({ lines }) {
  const body = JSON.stringify({ lines });
  const headers = { "Content-Type": "application/json" };
  const promise = fetch("/api/cart-lines-update", { method: "POST", headers, body }).then(getCart);
  const event = new Event("shopify:cart:lines-update", { bubbles: true });
  const details = { action: "update", context: "standard-action", lines, promise };
  document.dispatchEvent(Object.assign(event, details));
  return promise;
}

async function openCart() {
  document.querySelector("theme-drawer").open();
}

window.Shopify.actions = { getCart, updateCart, openCart };
