import { createClient } from "../server/client.ts";
import { boughtWebhook } from "../simulator/shopify/bought-order.ts";
import { sendWebhook } from "../simulator/shopify/webhook.ts";
import { orderFrom } from "../simulator/storefront/checkout.ts";
import { startStorefront } from "../simulator/storefront/storefront.ts";
import { expect, test } from "./fixtures.ts";
import { Shopper } from "./shopper.ts";

test("what a buyer puts into the cart is a pair at Hakuna", async ({ page, world, shop }) => {
  const orderId = 7_100_200_300n;
  const storefront = await startStorefront({
    async onOrder(cart) {
      const order = orderFrom(cart, { id: orderId, now: Date.now() });
      const webhook = boughtWebhook(shop.domain, order);
      expect(await sendWebhook(world.appUrl, webhook, world.apiSecret)).toBe(200);
    },
  });
  const client = createClient(world);
  try {
    await client.connect(shop.domain);
    const buyer = new Shopper(page, storefront, "drawer");
    await buyer.open();
    await buyer.choose(/Accident/);
    await page.getByRole("spinbutton", { name: "Quantity" }).fill("2");
    await buyer.add();
    await page.getByRole("button", { name: "Check out" }).click();
    await page.getByRole("button", { name: "Pay now" }).click();
    await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();

    await expect.poll(() => world.hakuna.last(String(orderId))).not.toBeNull();
    const [product, plan] = world.hakuna.last(String(orderId))?.line_items ?? [];
    expect(product).toMatchObject({
      quantity: 2,
      product_data: { title: "City bike Amsel" },
      custom_properties: { protection_line_item_id: plan?.id },
    });
    expect(plan).toMatchObject({
      quantity: 2,
      product_data: { brand: "hakuna", price: { amount: 11_900, currency: "eur" } },
      custom_properties: { offer_id: "off-23456", plan_id: "pl-23456" },
    });
  } finally {
    await client.close();
    await storefront.close();
  }
});
