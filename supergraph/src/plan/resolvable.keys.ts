import { federationMetadata, parseFieldSetArgument, type SelectionSet } from '@apollo/federation-internals';
import graphPath from '@apollo/query-graphs/dist/graphPath.js';

const { getLocallySatisfiableKey } = graphPath;

/**
 * The key by which a subgraph is entered again, to hand over what one of its fields requires. The planner takes the first
 * key that the subgraph itself can tell, also one that it declares `resolvable: false`, and so cannot be entered by.
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
