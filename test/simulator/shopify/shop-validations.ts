/** A function of an app that is deployed and that the shop can use. */
export type ShopFunction = { handle: string; appKey: string };

export type Validation = {
  id: string;
  title: string;
  enabled: boolean;
  blockOnFailure: boolean;
  shopifyFunction: ShopFunction;
};

/** So many may be active in a shop, of all its apps together. */
export const mostActive = 25;

/** The rules at a simulated shop's checkout, of this app and of others. */
export class ShopValidations {
  /** the asking app's client id */
  readonly appKey: string;
  /** handles of the functions that the app has deployed */
  readonly deployed = new Set(["cart-rule"]);
  readonly all: Validation[] = [];
  /** an app for one shop alone may run functions only on Shopify Plus */
  isEligible = true;
  #lastId = 8_000_000;

  constructor(appKey: string) {
    this.appKey = appKey;
  }

  /** The app's own. */
  get own(): Validation[] {
    return this.all.filter(({ shopifyFunction }) => shopifyFunction.appKey === this.appKey);
  }

  get isFull(): boolean {
    return this.all.filter(({ enabled }) => enabled).length >= mostActive;
  }

  add(given: Omit<Validation, "id" | "blockOnFailure"> & Partial<Validation>): Validation {
    this.#lastId += 1;
    const id = `gid://shopify/Validation/${this.#lastId}`;
    const validation = { id, blockOnFailure: false, ...given };
    this.all.push(validation);
    return validation;
  }

  /** An uninstall takes the app's validations away. */
  forgetOwn(): void {
    for (const one of this.own) this.all.splice(this.all.indexOf(one), 1);
  }
}
