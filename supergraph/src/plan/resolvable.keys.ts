import { federationMetadata, parseFieldSetArgument, type SelectionSet } from '@apollo/federation-internals';
import graphPath from '@apollo/query-graphs/dist/graphPath.js';

const { getLocallySatisfiableKey } = graphPath;

/**
 * Finds the key for entering a subgraph again with the fields that one of its fields requires. The planner's own function returns
 * the first key that the subgraph can resolve, even if the key is `resolvable: false` and cannot be used to enter the subgraph.
 */
graphPath.getLocallySatisfiableKey = (graph, typeVertex): SelectionSet | undefined => {
  const { type, source } = typeVertex;
  const schema = graph.sources.get(source);
  const metadata = schema && federationMetadata(schema);
  if (!metadata || !('appliedDirectivesOf' in type)) return getLocallySatisfiableKey(graph, typeVertex);
  const keys = type.appliedDirectivesOf(metadata.keyDirective());
  if (keys.every((key) => key.arguments().resolvable !== false)) return getLocallySatisfiableKey(graph, typeVertex);
  for (const directive of keys) {
    if (directive.arguments().resolvable === false) continue;
    const selection = parseFieldSetArgument({ parentType: type as never, directive });
    if (!metadata.selectionSelectsAnyExternalField(selection)) return selection;
  }
  return getLocallySatisfiableKey(graph, typeVertex);
};
