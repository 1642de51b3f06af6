// The stand-in for Shopify's App Bridge: a classic script that runs in the app's iframe before the
// app's own. It talks with the admin page by messages; see admin-page.ts.
// https://shopify.dev/docs/api/app-bridge-library
(() => {
  const query = new URLSearchParams(location.search);
  // A later document of the same frame (the bounce page, a reload) may come without the query.
  const kept = JSON.parse(sessionStorage.getItem("app-bridge") ?? "{}");
  const config = {
    apiKey: document.currentScript.dataset.apiKey,
    shop: query.get("shop") ?? kept.shop,
    host: query.get("host") ?? kept.host,
    locale: query.get("locale") ?? kept.locale ?? "en",
    appOrigins: [],
    debug: {},
    experimentalFeatures: [],
    disabledFeatures: [],
  };
  sessionStorage.setItem("app-bridge", JSON.stringify(config));

  const answers = new Map();
  const tell = (action, more) => parent.postMessage({ appBridge: true, action, ...more }, "*");
  const ask = (action, more) =>
    new Promise((resolve) => {
      const id = crypto.randomUUID();
      answers.set(id, resolve);
      tell(action, { id, ...more });
    });

  const plainFetch = window.fetch.bind(window);
  const idToken = () => ask("idToken");

  /** Requests to the app itself carry a session token; the app may ask for a fresh one once. */
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin) return plainFetch(request);
    const send = async () => {
      const copy = request.clone();
      if (!copy.headers.has("Authorization")) {
        copy.headers.set("Authorization", `Bearer ${await idToken()}`);
      }
      return plainFetch(copy);
    };
    let response = await send();
    if (response.headers.has("X-Shopify-Retry-Invalid-Session-Request")) response = await send();
    const reauthorize = response.headers.get("X-Shopify-API-Request-Failure-Reauthorize-Url");
    if (reauthorize) tell("open", { url: new URL(reauthorize, location.href).href });
    return response;
  };

  const plainOpen = window.open.bind(window);
  window.open = (url, target, features) => {
    const address = String(url ?? "");
    if (target === "_top" || address.startsWith("shopify:")) {
      tell("open", {
        url: address.replace(/^shopify:(\/\/)?admin/, `https://${config.shop}/admin`),
      });
      return null;
    }
    return plainOpen(url, target, features);
  };

  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='shopify:']");
    if (!link) return;
    event.preventDefault();
    window.open(link.getAttribute("href"), "_top");
  });

  const elements = (name) => [...document.querySelectorAll(name)];
  const byId = (id) => document.getElementById(id);

  // Not by attributes: they would differ from what the server rendered.
  const styles = new CSSStyleSheet();
  styles.replaceSync(`
    ui-nav-menu, ui-title-bar, ui-save-bar, ui-modal:not([role]) { display: none }
    ui-modal { position: fixed; inset: 15% 15% auto; padding: 16px; background: #fff; z-index: 600;
      box-shadow: 0 0 0 100vmax #0006 }`);
  document.adoptedStyleSheets.push(styles);

  /** Save bars and modals: elements that are shown and hidden, by method or by `shopify.…`. */
  class Shown extends HTMLElement {
    showing = false;
    show() {
      return this.turn(true);
    }
    hide() {
      return this.turn(false);
    }
    toggle() {
      return this.turn(!this.showing);
    }
    async turn(on) {
      if (this.showing === on) return;
      this.showing = on;
      this.changed(on);
      this.dispatchEvent(new CustomEvent(on ? "show" : "hide"));
    }
    changed() {}
  }
  customElements.define(
    "ui-save-bar",
    class extends Shown {
      disconnectedCallback() {
        if (this.showing) tell("saveBar", { on: false });
      }
      changed(on) {
        tell("saveBar", { on });
      }
    },
  );
  customElements.define(
    "ui-modal",
    class extends Shown {
      get content() {
        return this;
      }
      changed(on) {
        if (on) this.setAttribute("role", "dialog");
        else this.removeAttribute("role");
      }
    },
  );
  customElements.define(
    "ui-title-bar",
    class extends HTMLElement {
      connectedCallback() {
        tell("title", { text: this.getAttribute("title") ?? "" });
      }
      disconnectedCallback() {
        tell("title", { text: "" });
      }
    },
  );
  customElements.define(
    "ui-nav-menu",
    class extends HTMLElement {
      connectedCallback() {
        this.observer = new MutationObserver(() => this.tell());
        this.observer.observe(this, { childList: true, subtree: true, characterData: true });
        this.tell();
      }
      disconnectedCallback() {
        this.observer.disconnect();
      }
      tell() {
        const links = [...this.querySelectorAll("a")];
        tell("menu", {
          items: links.map((link) => ({
            label: link.textContent,
            path: link.getAttribute("href"),
          })),
        });
      }
    },
  );

  let toasts = 0;
  const toastActions = new Map();
  window.shopify = {
    config,
    origin: "https://admin.shopify.com",
    ready: Promise.resolve(),
    environment: { embedded: true, mobile: innerWidth < 700, pos: false, intent: false },
    idToken,
    loading: (on = true) => tell("loading", { on }),
    scopes: {
      // the merchant grants whatever is asked for
      request: async (scopes) => {
        await ask("scopes", { scopes });
        return {
          result: "granted-all",
          detail: { granted: scopes, required: [], optional: scopes },
        };
      },
    },
    toast: {
      show(text, options) {
        toasts += 1;
        const { isError = false, action = null } = options ?? {};
        if (action) toastActions.set(toasts, options.onAction);
        tell("toast", { text, isError, button: action, toast: toasts });
        return String(toasts);
      },
      hide: () => tell("toast", { text: "" }),
    },
    // resolves with undefined when the merchant chooses nothing
    resourcePicker: async (options) => (await ask("resourcePicker", { options })) ?? undefined,
    app: { extensions: () => ask("extensions") },
    saveBar: {
      show: (id) => byId(id)?.show(),
      hide: (id) => byId(id)?.hide(),
      toggle: (id) => byId(id)?.toggle(),
      // Resolves when the merchant may leave, and never when they stay.
      leaveConfirmation: async () => {
        if (!elements("ui-save-bar").some((bar) => bar.showing)) return;
        if (!(await ask("leave"))) await new Promise(() => {});
      },
    },
    modal: {
      show: (id) => byId(id)?.show(),
      hide: (id) => byId(id)?.hide(),
      toggle: (id) => byId(id)?.toggle(),
    },
  };

  /** The page's own search params: the session token does not belong into an address bar. */
  const ownSearch = () => {
    const own = new URLSearchParams(location.search);
    for (const name of ["embedded", "host", "id_token", "locale", "shop"]) own.delete(name);
    return own.size > 0 ? `?${own}` : "";
  };
  const navigated = () => tell("navigated", { path: location.pathname + ownSearch() });
  for (const method of ["pushState", "replaceState"]) {
    const plain = history[method].bind(history);
    history[method] = (...args) => {
      plain(...args);
      navigated();
    };
  }
  addEventListener("popstate", navigated);

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || !data?.adminStandIn) return;
    if (data.action === "answer") {
      answers.get(data.id)?.(data.value);
      answers.delete(data.id);
    }
    if (data.action === "toastAction") toastActions.get(data.toast)?.();
    if (data.action === "navigate") {
      const link = elements("ui-nav-menu a").find((a) => a.getAttribute("href") === data.path);
      link?.dispatchEvent(new Event("shopify:navigate", { bubbles: true }));
    }
    if (data.action === "save" || data.action === "discard") {
      const bar = elements("ui-save-bar").find((element) => element.showing);
      const buttons = [...(bar?.querySelectorAll("button") ?? [])];
      const primary = (button) => button.getAttribute("variant") === "primary";
      buttons.find((button) => primary(button) === (data.action === "save"))?.click();
    }
  });

  // The bounce page: the app sent the document here to get a session token into its address.
  const reload = query.get("shopify-reload");
  if (reload) {
    idToken().then((token) => {
      const url = new URL(reload);
      url.searchParams.set("id_token", token);
      location.replace(url);
    });
  } else if (parent === window) {
    // Outside the admin there is nobody to talk to: back into it, as the real one does.
    if (config.host) location.href = `https://${atob(config.host)}/apps/${config.apiKey}`;
  } else {
    navigated();
  }
})();
