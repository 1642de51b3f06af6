/** A node of PostgreSQL's analyzed trees (`pg_node_tree`): its kind, and its fields by name. */
export type Node = { kind: string; [field: string]: Value };
export type Value = Node | Value[] | string | null;

const tokens = /\s*(?:([(){}])|(\[[^\]]*\])|"((?:[^"\\]|\\.)*)"|((?:[^\s(){}\\]|\\.)+))/gy;

/**
 * Reads the text form of an analyzed tree: `{KIND :field value …}`, lists in parentheses, `<>` for
 * what is not there. The bytes of a constant are left out.
 */
export function readTree(text: string): Value {
  tokens.lastIndex = 0;
  const found = [...text.matchAll(tokens)];
  let at = 0;
  const value = (): Value => {
    const [, mark, bytes, quoted, word] = found[at++] ?? [];
    if (mark === "{") return node();
    if (mark === "(") {
      const list: Value[] = [];
      while (found[at]?.[1] !== ")") list.push(value());
      at += 1;
      return list;
    }
    if (bytes !== undefined) return null;
    if (quoted !== undefined) return quoted;
    return word === "<>" || word === undefined ? null : word;
  };
  const node = (): Node => {
    const read: Node = { kind: found[at++]?.[4] ?? "" };
    while (found[at]?.[1] !== "}") {
      const field = (found[at++]?.[4] ?? "").slice(1);
      let last: Value = null;
      // a constant is its length and its bytes
      while (found[at]?.[1] !== "}" && !(found[at]?.[4] ?? "").startsWith(":")) last = value();
      read[field] = last;
    }
    at += 1;
    return read;
  };
  return value();
}

export function isNode(value: Value | undefined): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a list of nodes; what is not there is an empty one. */
export function nodesOf(value: Value | undefined): Node[] {
  return Array.isArray(value) ? value.filter((one) => isNode(one)) : isNode(value) ? [value] : [];
}

/** The node and all below it, whole subqueries included, unless `enters` says not to. */
export function* walk(
  value: Value | undefined,
  enters: (node: Node) => boolean = () => true,
): Generator<Node> {
  if (Array.isArray(value)) {
    for (const one of value) yield* walk(one, enters);
  } else if (isNode(value)) {
    yield value;
    if (!enters(value)) return;
    for (const one of Object.values(value)) yield* walk(one, enters);
  }
}
