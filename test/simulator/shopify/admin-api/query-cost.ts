import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * The points that a query may cost at most: an object 1, a connection 2 and its nodes as often as
 * the page is large, a mutation 10, a branch of an interface or union the dearest. Shopify's own
 * count of large pages is smaller; it is not published, so this one is the careful one.
 * https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): number {
  const { fragments, operation } = partsOf(document);
  const root =
    operation.operation === "mutation" ? schema.getMutationType() : schema.getQueryType();
  return root ? ofSelections(root, operation.selectionSet, 1) : 0;

  function ofSelections(type: GraphQLNamedType, set: SelectionSetNode, page: number): number {
    let own = 0;
    let dearestBranch = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        own += ofField(type, selection, page);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment) continue;
      const on = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      const cost = ofSelections(on ?? type, fragment.selectionSet, page);
      if (isObjectType(type)) own += cost;
      else dearestBranch = Math.max(dearestBranch, cost);
    }
    return own + dearestBranch;
  }

  function ofField(type: GraphQLNamedType, field: FieldNode, page: number): number {
    if (!isObjectType(type) && !isInterfaceType(type)) return 0;
    const definition = type.getFields()[field.name.value];
    if (!definition || !field.selectionSet) return 0;
    const returned = getNamedType(definition.type);
    if (!isCompositeType(returned)) return 0;
    const size = sizeOf(field) ?? 1;
    const isPage = type.name.endsWith("Connection");
    if (isPage && field.name.value === "pageInfo") return 0;
    if (isPage) return page * (1 + ofSelections(returned, unwrapped(field), 1));
    const inside = ofSelections(returned, field.selectionSet, size);
    if (returned.name.endsWith("Connection")) return 2 + inside;
    if (type === schema.getMutationType()) return 10 + inside;
    const isList = String(definition.type).startsWith("[");
    return (isList ? size : 1) * (1 + inside);
  }

  function sizeOf(field: FieldNode): number | undefined {
    const argument = field.arguments?.find(({ name }) => ["first", "last"].includes(name.value));
    if (argument?.value.kind === Kind.INT) return Number(argument.value.value);
    if (argument?.value.kind !== Kind.VARIABLE) return undefined;
    const given = variables[argument.value.name.value];
    return typeof given === "number" ? given : undefined;
  }
}

/** The points for what was answered; the rules are the same, the sizes are real ones. */
export function actualCost(data: unknown, isMutation: boolean): number {
  if (typeof data !== "object" || data === null) return 0;
  return Object.values(data).reduce<number>(
    (sum, value) => sum + (isMutation ? 10 : 0) + ofValue(value),
    0,
  );
}

function ofValue(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + ofValue(one), 0);
  if (typeof value !== "object" || value === null) return 0;
  const fields = value as Record<string, unknown>;
  const isConnection = "nodes" in fields || "edges" in fields;
  const inside = Object.entries(fields).reduce(
    (sum, [name, field]) => sum + (name === "pageInfo" ? 0 : ofValue(field)),
    0,
  );
  return (isConnection ? 2 : "node" in fields && "cursor" in fields ? 0 : 1) + inside;
}

/** `edges { node { … } }` costs what `nodes { … }` does. */
function unwrapped(field: FieldNode): SelectionSetNode {
  const node =
    field.name.value === "edges" &&
    field.selectionSet?.selections.find(
      (selection) => selection.kind === Kind.FIELD && selection.name.value === "node",
    );
  const set = node && node.kind === Kind.FIELD ? node.selectionSet : undefined;
  return set ?? (field.selectionSet as SelectionSetNode);
}

function partsOf(document: DocumentNode): {
  fragments: Map<string, FragmentDefinitionNode>;
  operation: OperationDefinitionNode;
} {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    } else if (definition.kind === Kind.OPERATION_DEFINITION) {
      operation ??= definition;
    }
  }
  if (!operation) throw new Error("The document holds no query.");
  return { fragments, operation };
}
