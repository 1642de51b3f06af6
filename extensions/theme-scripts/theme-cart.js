// Has the theme show its cart anew after it was changed, and asks the cart again that was asked too
// much. Loaded where something was changed, or refused, only.

const { root } = Shopify.routes;
const bubble = {
  id: "cart-icon-bubble",
  section: "cart-icon-bubble",
  selector: ".shopify-section",
};

/** Whether the theme has set up Shopify's standard actions, and so listens to the standard events. */
const isStandard = () => {
  const { openCart, updateCart } = Shopify.actions ?? {};
  return [openCart, updateCart].some((action) => action?.isDefault?.() === false);
};

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * What a request brings. Throws with the cart's own words where it refuses; with `wait`, milliseconds,
 * where it has no time.
 */
export async function read(answer) {
  if (answer.status === 409 || answer.status === 429) {
    // Too many at once, or too many at all, which may come as a page: nothing is said of this one.
    const after = answer.headers.get("Retry-After");
    const wait = after * 1000 || Date.parse(after) - Date.now() || 0;
    throw Object.assign(new Error("busy"), { wait });
  }
  const json = await answer.json();
  if (answer.ok) return json;
  const { description, message } = json;
  throw Object.assign(new Error(description ?? message), { isRefusal: answer.status < 500 });
}

/**
 * Tries again shortly, three times and for ten seconds at most, what failed because the cart had no
 * time. Throws what came last: no refusal, so that it counts as an answer that was lost.
 */
export async function again(attempt, error) {
  const end = Date.now() + 10_000;
  for (const least of [500, 1000, 2000]) {
    // Scripts that met each other do not do so again.
    const wait = Math.max(least, error.wait) + 200 * Math.random();
    // Nothing that the cart asked for, or too long.
    if (!(Date.now() + wait < end)) break;
    await pause(wait);
    try {
      return await attempt();
    } catch (next) {
      error = next;
    }
  }
  throw error;
}

const get = (path) => {
  const attempt = async () => read(await fetch(root + path));
  return attempt().catch((error) => again(attempt, error));
};

/** Sets quantities by line key; throws where the cart refuses, tells whether the theme shows them. */
export async function setQuantities(updates) {
  if (isStandard()) {
    const lines = Object.entries(updates).map(([id, quantity]) => ({ id, quantity }));
    // What is refused resolves, too.
    const { userErrors } = await Shopify.actions.updateCart({ lines });
    if (userErrors?.length) {
      const [{ code, message }] = userErrors;
      throw Object.assign(new Error(message), code === "CONFLICT" && { wait: 0 });
    }
    return true;
  }
  await post("cart/update.js", { updates });
  // It is done, shown or not.
  return tellTheme(document, "update", []).catch(() => false);
}

/** Posts JSON; throws as `read` does. */
export async function post(path, fields) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(fields);
  return read(await fetch(root + path, { method: "POST", headers, body }));
}

/** Tells the theme that lines were changed; false: it is not known how. */
export async function tellTheme(from, action, lines, context = "cart") {
  if (isStandard()) {
    const promise = Shopify.actions.getCart();
    const event = new Event("shopify:cart:lines-update", { bubbles: true });
    from.dispatchEvent(Object.assign(event, { action, context, lines, promise }));
    await promise;
    return true;
  }
  if (document.querySelector("cart-items-component")) {
    // Horizon before 4
    const resource = await get("cart.js");
    const data = { source: "hakuna", itemCount: resource.item_count };
    const detail = { resource, sourceId: "hakuna", data };
    from.dispatchEvent(new CustomEvent("cart:update", { bubbles: true, detail }));
    return true;
  }
  return showSections();
}

/** Dawn's way: each part of the cart names the sections that it shows. */
async function showSections() {
  const shown = [...document.querySelectorAll("cart-items, cart-drawer-items")];
  const parts = shown.flatMap((element) => element.getSectionsToRender?.() ?? []);
  if (!parts[0] && !window.publish) return false;
  parts.push(bubble);
  // Shopify renders five at once.
  const ids = [...new Set(parts.map(({ section }) => section))].slice(0, 5);
  const query = new URLSearchParams({ sections: ids });
  const sections = await get(`cart?${query}`);
  const cartData = await get("cart.js");
  for (const { id, section, selector } of parts) {
    const place = document.getElementById(id);
    const html = new DOMParser().parseFromString(sections[section] ?? "", "text/html");
    const fresh = html.querySelector(selector);
    const old = place?.querySelector(selector) ?? place;
    if (fresh && old) old.innerHTML = fresh.innerHTML;
  }
  const isEmpty = cartData.item_count === 0;
  for (const element of [
    ...shown,
    ...document.querySelectorAll("cart-drawer, #main-cart-footer"),
  ]) {
    element.classList.toggle("is-empty", isEmpty);
  }
  // It has been shown: as if the theme had done it.
  window.publish?.("cart-update", { source: "cart-items", cartData });
  return true;
}

/** Opens the cart: a drawer where the theme is known to have one, else the page, which is always right. */
export async function openCart() {
  const drawer = document.querySelector("cart-drawer-component");
  if (isStandard()) return Shopify.actions.openCart();
  if (drawer?.open) return drawer.open();
  location.assign(`${root}cart`);
  await new Promise((done) => setTimeout(done, 10_000));
}
