import { readFileSync } from "node:fs";
import { isEnumType } from "graphql";
import { parse } from "toml";
import { expect, it } from "vitest";
import { z } from "zod";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { fieldsOf } from "#app/shopify/webhooks/webhook-fields.ts";
import { orderTopics } from "#app/shopify/webhooks/webhook-payload.ts";
import { topicMetadata } from "#test/simulator/shopify/payload.ts";
import { shopDoors } from "./shop-webhooks.ts";

const names = z.array(z.string());
const settings = z
  .object({
    access_scopes: z.object({ scopes: z.string(), optional_scopes: z.array(z.string()) }),
    webhooks: z.object({
      subscriptions: z.array(
        z.strictObject({
          topics: names.optional(),
          compliance_topics: names.optional(),
          include_fields: names.optional(),
          uri: z.string(),
        }),
      ),
    }),
  })
  .parse(parse(readFileSync(new URL("../../shopify.app.toml", import.meta.url), "utf8")));
const { subscriptions } = settings.webhooks;

it("shopify.app.toml subscribes to the topics that the doors take, at their addresses", () => {
  const subscribed = subscriptions.flatMap(({ topics = [], compliance_topics = [], uri }) =>
    [...topics, ...compliance_topics].map((topic) => `${uri} ${topic}`),
  );
  const doors = Object.entries({ "/webhooks/orders": orderTopics, ...shopDoors });
  const taken = doors.flatMap(([uri, topics]) => topics.map((topic) => `${uri} ${topic}`));
  expect(subscribed.sort()).toEqual(taken.sort());
});

it("shopify.app.toml asks for the privacy topics as compliance topics", () => {
  const compliance = subscriptions.flatMap(({ compliance_topics = [] }) => compliance_topics);
  expect(compliance.sort()).toEqual([...shopDoors["/webhooks/privacy"]].sort());
});

it.each(orderTopics)("shopify.app.toml asks of %s for what the app reads", (topic) => {
  const fields = subscriptions.find(({ topics }) => topics?.includes(topic))?.include_fields;
  expect(fields?.toSorted()).toEqual([...fieldsOf(topic, { bare: false })].sort());
});

it("docs/scopes.md gives a reason for every scope of shopify.app.toml", () => {
  const page = readFileSync(new URL("../../docs/scopes.md", import.meta.url), "utf8");
  const explained = [...page.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, scope]) => scope);
  const { scopes, optional_scopes } = settings.access_scopes;
  expect(explained.sort()).toEqual([...scopes.split(","), ...optional_scopes].sort());
});

const requested = settings.access_scopes.scopes.split(",");
const topics = subscriptions.flatMap(({ topics = [], compliance_topics = [] }) => [
  ...topics,
  ...compliance_topics,
]);
const described = adminSchema().getType("WebhookSubscriptionTopic");

it.each(topics)("shopify.app.toml asks for a scope that %s needs", (topic) => {
  const metadata = (topicMetadata(topic).access_scopes ?? []).map((scope) => `read_${scope}`);
  // the schema does not list the compliance topics: they need no scope
  const name = topic.toUpperCase().replaceAll("/", "_");
  const text = isEnumType(described) ? described.getValue(name)?.description : undefined;
  const schema = /Requires[^.]*/.exec(text ?? "")?.[0].match(/read_\w+/g) ?? [];
  for (const needed of [metadata, schema]) {
    expect(needed.length > 0).toBe(/^(orders|fulfillments|refunds)\//.test(topic));
    if (needed.length > 0) expect(requested.filter((one) => needed.includes(one))).not.toEqual([]);
  }
});
