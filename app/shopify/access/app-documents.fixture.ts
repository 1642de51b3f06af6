import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";

/** Every query and mutation of the app, by name: whatever a file of app/ exports that is one. */
export async function appDocuments(): Promise<Map<string, string>> {
  const app = fileURLToPath(new URL("../../", import.meta.url));
  const documents = new Map<string, string>();
  for (const file of globSync("**/*.ts", { cwd: app })) {
    if (/\.(test|fixture)\.ts$|^database\/generated/.test(file)) continue;
    if (!readFileSync(`${app}${file}`, "utf8").includes("#graphql")) continue;
    for (const [name, value] of Object.entries(await import(`${app}${file}`))) {
      if (typeof value === "string" && /^\s*(query|mutation) /m.test(value)) {
        documents.set(name, value);
      }
    }
  }
  return documents;
}

/** What a document asks for: each field as `Type.field`, and the objects and interfaces that it answers. */
export function askedFor(
  schema: GraphQLSchema,
  document: string,
): { fields: Set<string>; objects: Set<string> } {
  const fields = new Set<string>();
  const objects = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    parse(document),
    visitWithTypeInfo(types, {
      Field() {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (!parent || !field) return;
        fields.add(`${parent.name}.${field.name}`);
        const type: GraphQLNamedType = getNamedType(field.type);
        if (isObjectType(type) || isInterfaceType(type)) objects.add(type.name);
      },
      InlineFragment({ typeCondition }) {
        if (typeCondition) objects.add(typeCondition.name.value);
      },
      FragmentDefinition({ typeCondition }) {
        objects.add(typeCondition.name.value);
      },
    }),
  );
  return { fields, objects };
}
