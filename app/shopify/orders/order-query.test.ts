import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import { describe, expect, test } from "vitest";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { shopFactsQuery } from "#app/shopify/shop/shop-facts.ts";
import { listSizes, orderCountQuery, orderListQuery, ordersByIdQuery } from "./order-list-query.ts";
import { linesQuery, orderQuery, pageSizes, unitsQuery } from "./order-query.ts";

const schema = adminSchema();

describe.each([
  ["the order", orderQuery, { lines: pageSizes.lines, parts: pageSizes.parts }],
  [
    "the order with very many parts",
    orderQuery,
    { lines: pageSizes.linesBesideManyParts, parts: pageSizes.mostParts },
  ],
  ["further lines", linesQuery, { first: pageSizes.lines }],
  ["units", unitsQuery, { first: pageSizes.units }],
  ["a page of orders", orderListQuery, listSizes],
  ["orders by their ids", ordersByIdQuery, listSizes],
])("the query of %s", (_name, query, sizes) => {
  test("is valid in Shopify's schema and uses nothing deprecated", () => {
    expect(validate(schema, parse(query))).toEqual([]);
    expect(deprecated(query)).toEqual([]);
  });

  test("costs less than the 1000 points that a query may cost", () => {
    const cost = costOf(query, sizes);
    expect(cost).toBeGreaterThan(100);
    expect(cost).toBeLessThan(1000);
  });
});

/**
 * The points by Shopify's rule: an object 1, a page as often as it has nodes. Above it where `node`
 * stands: its branches are added up, Shopify counts the dearest.
 * https://shopify.dev/docs/api/usage/limits#calculated-query-costs
 */
function costOf(query: string, sizes: Record<string, number>): number {
  let cost = 0;
  walk(schema, query, sizes, (times) => {
    cost += times;
  });
  return cost;
}

function deprecated(query: string): string[] {
  const found: string[] = [];
  walk(schema, query, {}, undefined, (name) => found.push(name));
  return found;
}

function walk(
  schema: GraphQLSchema,
  query: string,
  sizes: Record<string, number>,
  onObject: (times: number) => void = () => {},
  onDeprecated: (name: string) => void = () => {},
): void {
  const { definitions } = parse(query);
  const fragments = new Map(
    definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      visit("QueryRoot", definition.selectionSet, 1, 1);
    }
  }

  function visit(typeName: string, set: SelectionSetNode, times: number, pageSize: number): void {
    const type = schema.getType(typeName);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        const on = fragment?.typeCondition.name.value ?? typeName;
        if (fragment) visit(on, fragment.selectionSet, times, pageSize);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value ?? typeName;
        visit(on, selection.selectionSet, times, pageSize);
      } else if (isObjectType(type) || isInterfaceType(type)) {
        const field = type.getFields()[selection.name.value];
        if (!field) continue;
        if (field.deprecationReason) onDeprecated(`${typeName}.${field.name}`);
        const fieldType = getNamedType(field.type);
        if (!isCompositeType(fieldType) || !selection.selectionSet) continue;
        const size = selection.arguments?.find(({ name }) => name.value === "first")?.value;
        const asked = size?.kind === Kind.VARIABLE ? (sizes[size.name.value] ?? 1) : 1;
        const isConnection = fieldType.name.endsWith("Connection");
        const isList = String(field.type).startsWith("[");
        const isUnsized = isList && size === undefined && field.name !== "nodes";
        // by their ids: as many as a page holds
        const page = typeName === "QueryRoot" ? (sizes.orders ?? 1) : pageSize;
        const many = field.name === "nodes" ? page : isConnection ? 1 : isUnsized ? 1 : asked;
        onObject(isConnection || fieldType.name === "PageInfo" ? 0 : times * many);
        visit(fieldType.name, selection.selectionSet, times * many, asked);
      }
    }
  }
}

test.each([
  ["the shop's facts", shopFactsQuery],
  ["how many orders there are", orderCountQuery],
])("the query of %s is valid in Shopify's schema and uses nothing deprecated", (_name, query) => {
  expect(validate(schema, parse(query))).toEqual([]);
  expect(deprecated(query)).toEqual([]);
});
