import { test as base, expect, type Page } from "@playwright/test";
import type { Manner } from "../simulator/storefront/pages.ts";
import { type Busy, type Storefront, startStorefront } from "../simulator/storefront/storefront.ts";

export const manners: readonly Manner[] = ["plain", "drawer", "standard", "events"];

type CartLine = {
  key: string;
  variant_id: number;
  quantity: number;
  properties: Record<string, string>;
  parent_relationship?: { parent_key: string };
};

/** A buyer in the simulated storefront, in a theme of the manner given. */
export class Shopper {
  readonly page: Page;
  readonly storefront: Storefront;
  readonly manner: Manner;

  constructor(page: Page, storefront: Storefront, manner: Manner) {
    this.page = page;
    this.storefront = storefront;
    this.manner = manner;
  }

  /** Opens a product's page; more settings of the theme are query parameters. */
  async open(handle = "city-bike", more = ""): Promise<void> {
    const { url } = this.storefront;
    await this.page.goto(`${url}/products/${handle}?manner=${this.manner}${more}`);
  }

  async choose(plan: string | RegExp): Promise<void> {
    await this.page.getByRole("radio", { name: plan }).check();
  }

  /** Adds to the cart, and waits until the theme shows the cart. */
  async add(): Promise<void> {
    await this.page.getByRole("button", { name: "Add to cart" }).click();
    await this.page.getByRole("button", { name: "Check out" }).waitFor();
  }

  /** What the cart holds, newest first. */
  async lines(): Promise<CartLine[]> {
    const answer = await this.page.request.get(`${this.storefront.url}/cart.js`);
    return ((await answer.json()) as { items: CartLine[] }).items;
  }

  /** The quantities in the cart, by variant. */
  async quantities(): Promise<Record<number, number>> {
    const lines = await this.lines();
    return Object.fromEntries(lines.map((line) => [line.variant_id, line.quantity]));
  }

  quantityField(title: string) {
    return this.page.getByRole("spinbutton", { name: `Quantity of ${title}`, exact: true });
  }

  /** Sets a quantity in the cart, and waits until the guard has looked at what became of it. */
  async setQuantity(title: string, quantity: number): Promise<void> {
    await this.guarded(() => this.enterQuantity(title, quantity));
  }

  async enterQuantity(title: string, quantity: number): Promise<void> {
    await this.quantityField(title).fill(String(quantity));
    if (this.manner === "plain") await this.page.getByRole("button", { name: "Update" }).click();
    else await this.quantityField(title).press("Tab");
  }

  async remove(title: string): Promise<void> {
    await this.page.getByRole("link", { name: `Remove ${title}`, exact: true }).click();
  }

  /** Does something to the cart, and waits until the guard knows of all that is in it. */
  async guarded(action: () => Promise<void>): Promise<void> {
    await action();
    await expect.poll(() => this.isGuarded().catch(() => false)).toBe(true);
  }

  private async isGuarded(): Promise<boolean> {
    const seen: Record<string, string> = await this.page.evaluate(() => ({ ...sessionStorage }));
    const lines = await this.lines();
    const products = lines.filter((line) => !line.properties._hakuna_plan_id);
    return lines
      .filter((line) => !products.includes(line))
      .every(({ quantity, properties: { _hakuna_ref: ref } }) => {
        const own = products.find((line) => line.properties._hakuna_ref === ref);
        return seen[`hakuna:${ref}`] === `${own?.quantity}/${quantity}`;
      });
  }

  /** Has the cart turn requests away for want of time, as often as is said; tells when it did. */
  async turnAway(what: Pick<Busy, "path" | "status" | "times" | "retryAfter">): Promise<Busy> {
    const { url, busy } = this.storefront;
    const { token } = await (await this.page.request.get(`${url}/cart.js`)).json();
    const entry = { ...what, cart: token, turned: [] };
    busy.push(entry);
    return entry;
  }

  /** Holds the answers to the page's requests for this address, until told to let them go. */
  async hold(address: string): Promise<() => void> {
    let letGo = () => {};
    const told = new Promise<void>((done) => {
      letGo = done;
    });
    await this.page.route(address, async (route) => {
      await told;
      await route.continue().catch(() => {});
    });
    return letGo;
  }
}

type Fixtures = { shopper: (manner: Manner) => Shopper };

/** One storefront per worker; every test has a cart of its own in it. */
export const test = base.extend<Fixtures, { storefront: Storefront }>({
  storefront: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const storefront = await startStorefront();
      await use(storefront);
      await storefront.close();
    },
    { scope: "worker" },
  ],
  shopper: async ({ page, storefront }, use) => {
    await use((manner) => new Shopper(page, storefront, manner));
  },
});

export { expect } from "@playwright/test";
