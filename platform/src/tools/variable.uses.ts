import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** What the schema says of the argument or input field that each variable is first used for. */
export function describeVariables(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const descriptions = new Map<string, string>();
  const info = new TypeInfo(schema);
  const path: (string | null | undefined)[] = [];
  visit(
    document,
    visitWithTypeInfo(info, {
      Argument: {
        enter: () => void path.push(info.getArgument()?.description),
        leave: () => void path.pop(),
      },
      ObjectField: {
        enter({ name }) {
          const parent = info.getParentInputType();
          const fields = parent && 'getFields' in parent ? parent.getFields() : {};
          path.push(fields[name.value]?.description);
        },
        leave: () => void path.pop(),
      },
      Variable({ name }) {
        const description = path.at(-1);
        if (description && !descriptions.has(name.value)) descriptions.set(name.value, description);
      },
    }),
  );
  return descriptions;
}
