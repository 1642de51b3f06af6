/** What the page needs to show the app in a shop's admin. */
export type AdminPage = {
  appUrl: string;
  /** the app's page, such as `/app` */
  path: string;
  /** the shop's name, without `.myshopify.com` */
  store: string;
  apiKey: string;
  sessionToken: string;
  locale: string;
};

/**
 * The admin around the app: a top bar, a navigation that the app fills, and the app in an iframe,
 * with the query that Shopify adds to an embedded app's address.
 */
export function adminPage(page: AdminPage): string {
  const app = new URL(page.path, page.appUrl);
  const query = {
    embedded: "1",
    host: Buffer.from(`admin.shopify.com/store/${page.store}`).toString("base64url"),
    id_token: page.sessionToken,
    locale: page.locale,
    shop: `${page.store}.myshopify.com`,
  };
  for (const [name, value] of Object.entries(query)) app.searchParams.set(name, value);
  const settings = {
    appOrigin: app.origin,
    store: page.store,
    base: `/store/${page.store}/apps/${page.apiKey}`,
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.store} · stand-in for Shopify's admin</title>
<style>
  * { box-sizing: border-box }
  body { margin: 0; font: 14px/1.4 Inter, system-ui, "Open Sans", sans-serif; background: #1a1a1a; height: 100dvh; display: grid; grid-template: auto 1fr / 220px 1fr; }
  header { grid-column: 1 / -1; color: #e3e3e3; padding: 12px 20px; display: flex; gap: 16px; align-items: baseline }
  header small { color: #b5b5b5 }
  nav { background: #ebebeb; border-radius: 12px 0 0 0; padding: 12px; display: flex; flex-direction: column; gap: 2px }
  nav a { color: #303030; text-decoration: none; padding: 6px 10px; border-radius: 8px }
  nav a[aria-current] { background: #fff; font-weight: 600 }
  main { position: relative; background: #f1f1f1; border-radius: 0 12px 0 0; overflow: hidden; display: flex; flex-direction: column }
  #title { padding: 10px 16px; font-weight: 600; background: #fff; border-bottom: 1px solid #ddd }
  #title:empty { display: none }
  iframe { border: 0; width: 100%; flex: 1 }
  #save { position: absolute; top: 8px; left: 50%; translate: -50%; background: #303030; color: #fff; padding: 8px 12px; border-radius: 12px; display: flex; gap: 12px; align-items: center }
  #save[hidden], #loading[hidden] { display: none }
  #loading { position: absolute; top: 0; width: 100%; height: 3px; background: #29845a }
  #toast { position: absolute; bottom: 24px; left: 50%; translate: -50%; background: #1a1a1a; color: #fff; padding: 8px 14px; border-radius: 8px }
  #toast:empty { display: none }
  #toast.error { background: #8e1f0b }
  dialog { border: 0; border-radius: 12px; padding: 16px; min-width: 280px; max-height: 80dvh; overflow: auto }
  dialog label { display: block; padding: 6px 0 }
  dialog button { margin: 12px 8px 0 0 }
  @media (max-width: 700px) {
    body { grid-template: auto 1fr / 1fr }
    nav { display: none }
    main { border-radius: 12px 12px 0 0 }
  }
</style>
</head>
<body>
<header><strong>${page.store}</strong><small>stand-in for Shopify's admin</small></header>
<nav aria-label="App"></nav>
<main>
  <div id="title"></div>
  <iframe name="app-iframe" title="App" src="${escapeHtml(app.href)}" allow="clipboard-write"></iframe>
  <div id="loading" hidden></div>
  <div id="save" hidden>Unsaved changes <button id="discard">Discard</button> <button id="confirm">Save</button></div>
  <div id="toast" role="status"></div>
</main>
<script>const settings = ${JSON.stringify(settings).replaceAll("<", "\\u003c")};</script>
<script>${script}</script>
</body>
</html>`;
}

/** Answers the app's App Bridge (app-bridge.js) by messages; the browser runs it. */
const script = `
const app = document.querySelector("iframe").contentWindow;
const find = (id) => document.getElementById(id);
const tell = (message) => app.postMessage({ adminStandIn: true, ...message }, settings.appOrigin);
const links = [];
/** Shopify's picker: what was checked, or null. */
function pick(type, resources, multiple) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Select " + type);
  const rows = resources.map((resource) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = multiple ? "checkbox" : "radio";
    box.name = "resource";
    label.append(box, " " + (resource.displayName ?? resource.title));
    return { label, box, resource };
  });
  const button = (text) => Object.assign(document.createElement("button"), { textContent: text });
  const buttons = [button("Cancel"), button("Select")];
  dialog.append(...rows.map(({ label }) => label), ...buttons);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const end = (chosen) => { dialog.remove(); resolve(chosen); };
    dialog.addEventListener("cancel", () => end(null));
    buttons[0].addEventListener("click", () => end(null));
    buttons[1].addEventListener("click", () => {
      end(rows.filter(({ box }) => box.checked).map(({ resource }) => resource));
    });
  });
}
function markCurrent() {
  for (const link of links) {
    if (settings.base + link.dataset.path === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
const actions = {
  async idToken() {
    return (await fetch("/session-token?store=" + settings.store)).text();
  },
  async extensions() {
    return (await fetch("/extensions?store=" + settings.store)).json();
  },
  async scopes({ scopes }) {
    await fetch("/grant?store=" + settings.store + "&scopes=" + scopes.join());
  },
  async resourcePicker({ options }) {
    const { type, multiple, filter } = options;
    const query = encodeURIComponent(filter?.query ?? "");
    const list = await fetch("/resources?store=" + settings.store + "&type=" + type + "&query=" + query);
    const resources = await list.json();
    return pick(type, resources, multiple);
  },
  leave() { return confirm("Leave without saving?"); },
  navigated({ path }) {
    history.replaceState(null, "", settings.base + path);
    markCurrent();
  },
  menu({ items }) {
    links.length = 0;
    document.querySelector("nav").replaceChildren(...items.map(({ label, path }) => {
      const link = document.createElement("a");
      link.textContent = label;
      link.href = settings.base + path;
      link.dataset.path = path;
      link.addEventListener("click", (event) => { event.preventDefault(); tell({ action: "navigate", path }); });
      links.push(link);
      return link;
    }));
    markCurrent();
  },
  title({ text }) { find("title").textContent = text; },
  loading({ on }) { find("loading").hidden = !on; },
  toast({ text, isError, button, toast }) {
    find("toast").textContent = text;
    if (button) {
      const act = document.createElement("button");
      act.textContent = button;
      act.onclick = () => { find("toast").textContent = ""; tell({ action: "toastAction", toast }); };
      find("toast").append(" ", act);
    }
    find("toast").className = isError ? "error" : "";
    clearTimeout(actions.timer);
    actions.timer = setTimeout(() => { find("toast").textContent = ""; }, 5000);
  },
  saveBar({ on }) { find("save").hidden = !on; },
  open({ url }) { location.href = url; },
};
addEventListener("message", async ({ source, origin, data }) => {
  if (source !== app || origin !== settings.appOrigin || !data?.appBridge) return;
  const value = await actions[data.action]?.(data);
  if (data.id) tell({ action: "answer", id: data.id, value });
});
find("discard").addEventListener("click", () => tell({ action: "discard" }));
find("confirm").addEventListener("click", () => tell({ action: "save" }));
`;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
