import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { type JsonObject, setOwn } from '../plan/merge.ts';
import { collectSelection } from '../plan/selection.ts';
import { changeError, originOf } from '../request/error.origin.ts';
import { ExactNumber } from '../request/exact.json.ts';
import type { DeferredFragment } from './deferred.fragment.ts';
import { type LeafCheck, toLeafCheck } from './leaf.ts';
import { toSelectedPath } from './selected.path.ts';
import { type FieldPlace, ShapePass } from './shape.pass.ts';
import type { ShapeScope } from './shape.scope.ts';
import { findNeedOfType, type NeedOfType } from './unknown.type.ts';

/** Stands for a null in a non-null position: the parent becomes null instead. */
const INVALID = Symbol('null in a non-null position');

/** Completes a value of one type under one selection. */
type Complete = (value: unknown, pass: ShapePass, depth: number) => unknown;

/** The form of an operation's answer. */
export interface Shape {
  /**
   * Builds the client's answer from the fetched data: only the selected fields, in the order of the selection, with nulls
   * propagated. Adds an error for each propagated null that no error in `errors` explains. Objects that need no change are not
   * copied: the answer may share them with `data`.
   * @param deferred receives the deferred fragments, also those of objects that null propagation removed
   */
  shape(data: JsonObject, errors: GraphQLFormattedError[], deferred?: DeferredFragment[]): JsonObject | null;
  /** Removes errors of fields that the client did not select on their object, deferred or not. */
  keepAsked(data: JsonObject, errors: GraphQLFormattedError[]): void;
}

/**
 * @param allowed the selections that the viewer may see; default: all. A plan may fetch fields that the viewer may not see, such
 * as an entity's key. The client gets null for such a field.
 */
export function compileShape(
  selectionSet: SelectionSetNode,
  rootType: GraphQLCompositeType,
  scope: ShapeScope,
  allowed?: readonly SelectionSetNode[],
): Shape {
  const root = new ObjectShape([selectionSet], allowed, rootType, scope);
  const keepAsked = (data: JsonObject, errors: GraphQLFormattedError[]) =>
    dropUnselected(errors, (path) => toSelectedPath(path, data, selectionSet, rootType, scope));
  return {
    shape(data, errors, deferred) {
      if (errors.length) keepAsked(data, errors);
      return root.complete(data, new ShapePass(errors, deferred), 0);
    },
    keepAsked,
  };
}

/** Most positions of one error that are checked. An error with more positions practically always concerns a selected field. */
const MAX_CONCERNS = 100;

function dropUnselected(
  errors: GraphQLFormattedError[],
  toSelected: (path: readonly (string | number)[]) => typeof path | null,
) {
  const kept = errors.flatMap((error) => {
    if (!error.path) return error;
    const { concerns } = originOf(error);
    if (concerns) return concerns.slice(0, MAX_CONCERNS).some((position) => toSelected(position)) ? error : [];
    const path = toSelected(error.path);
    if (!path) return [];
    return path === error.path ? error : changeError(error, { path });
  });
  errors.splice(0, errors.length, ...kept);
}

interface FieldShape {
  readonly key: string;
  /** The key in the plan's data. */
  readonly source: string;
  readonly complete: Complete;
}

/** The answer's form for objects of one type. Fields are collected at the first such object. */
class ObjectShape {
  #fields: readonly FieldShape[] | undefined;
  #deferred: readonly DeferredShape[] | undefined;

  constructor(
    private readonly selectionSets: readonly SelectionSetNode[],
    /** Undefined: all of them. */
    private readonly allowed: readonly SelectionSetNode[] | undefined,
    private readonly type: GraphQLCompositeType,
    private readonly scope: ShapeScope,
  ) {}

  /** @returns the object itself if it has exactly the selected fields, in order; otherwise a copy, or null */
  complete(object: JsonObject, pass: ShapePass, depth: number): JsonObject | null {
    this.#fields ??= this.#compileFields();
    const fields = this.#fields;
    let unchanged = 0;
    // The data is JSON: every enumerated property is the object's own.
    for (const name in object) {
      const field = fields[unchanged];
      if (field === undefined || field.source !== name || field.key !== name) {
        return this.#rebuild(object, unchanged, undefined, pass, depth);
      }
      const value = object[name];
      pass.path[depth] = name;
      const completed = field.complete(value, pass, depth + 1);
      if (completed === INVALID) return null;
      if (completed !== value) return this.#rebuild(object, unchanged, completed, pass, depth);
      unchanged += 1;
    }
    if (unchanged !== fields.length) return this.#rebuild(object, unchanged, undefined, pass, depth);
    if (this.#deferred) this.#defer(object, pass, depth);
    return object;
  }

  /**
   * Copies an object with the selected fields.
   * @param unchanged the number of leading fields that need no change
   * @param next the completed value of the field after them; undefined if it has not been completed
   */
  #rebuild(object: JsonObject, unchanged: number, next: unknown, pass: ShapePass, depth: number): JsonObject | null {
    const fields = this.#fields as readonly FieldShape[];
    const out: JsonObject = {};
    for (let index = 0; index < fields.length; index += 1) {
      const { key, source, complete } = fields[index] as FieldShape;
      let value = index === unchanged ? next : undefined;
      if (index < unchanged) {
        value = object[source];
      } else if (value === undefined) {
        pass.path[depth] = key;
        value = complete(Object.hasOwn(object, source) ? object[source] : null, pass, depth + 1);
        if (value === INVALID) return null;
      }
      setOwn(out, key, value);
    }
    if (this.#deferred) this.#defer(object, pass, depth);
    return out;
  }

  /** Whether the selection has this response key on objects of this type. */
  has(key: string): boolean {
    this.#fields ??= this.#compileFields();
    return this.#fields.some((field) => field.key === key);
  }

  #defer(object: JsonObject, pass: ShapePass, depth: number): void {
    for (const { id, shapes } of this.#deferred ?? []) {
      const path = pass.path.slice(0, depth);
      // If only the object's interface is known so far, the fragment's own fetch may bring its type.
      pass.deferred?.push({
        id,
        path,
        has: (key) => shapes.has(object, key),
        shape: (errors, deferred, earlierErrors) =>
          shapes.complete(object, new ShapePass(errors, deferred, earlierErrors, path), depth),
      });
    }
  }

  #compileFields(): FieldShape[] {
    const { type, scope, allowed } = this;
    const { fields, deferred } = collectSelection(this.selectionSets, type, scope);
    const shown = allowed && collectSelection(allowed, type, { ...scope, fragments: scope.allowedFragments });
    if (deferred.length) {
      const place = { coordinate: type.name, subgraphs: () => [] };
      this.#deferred = deferred.map(({ id, selectionSet }) => {
        const allowedSets = shown?.deferred.flatMap((other) => (other.id === id ? other.selectionSet : []));
        return { id, shapes: new ShapesByType([selectionSet], allowedSets, type, place, scope) };
      });
    }
    return [...fields].map(([key, nodes]) => {
      const first = nodes[0] as FieldNode;
      const name = first.name.value;
      const source = scope.planKey(first);
      if (name === '__typename' && !isAbstractType(type)) return { key, source, complete: () => type.name };
      const field = 'getFields' in type ? type.getFields()[name] : undefined;
      const nodesShown = shown ? (shown.fields.get(key) ?? NONE) : undefined;
      const place = { coordinate: `${type.name}.${name}`, subgraphs: () => scope.subgraphsOf(type.name, name) };
      const complete = field ? compileType(field.type, { nodes, shown: nodesShown }, place, scope) : passThrough;
      return { key, source, complete: nodesShown === NONE ? asNull(complete) : complete };
    });
  }
}

const NONE: readonly FieldNode[] = [];

/** Replaces a fetched value by null, because the viewer may not see it. */
function asNull(complete: Complete): Complete {
  return (_value, pass, depth) => complete(null, pass, depth);
}

/** The selections of one response key, and the ones that the viewer may see (undefined: all). */
interface Selected {
  readonly nodes: readonly FieldNode[];
  readonly shown: readonly FieldNode[] | undefined;
}

function toSelectionSets(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

interface DeferredShape {
  readonly id: string;
  readonly shapes: ShapesByType;
}

const FOREIGN_TYPE = 'is of a type that the schema does not allow there';
const NO_TYPE = 'has no __typename';
const UNKNOWN_TYPE = 'is an object whose type no subgraph could determine';

/** The form of objects with one `__typename`. */
interface TypeForm {
  readonly shape: ObjectShape;
  /** For an interface's name: the part of the selection that needs the object's type. */
  readonly need: NeedOfType;
}

/** The forms of one selection on objects of a type. For an abstract type, one for each `__typename`. */
class ShapesByType {
  readonly #byTypename = new Map<unknown, TypeForm>();
  readonly #declared: ObjectShape;
  readonly #isAbstract: boolean;

  constructor(
    private readonly selectionSets: readonly SelectionSetNode[],
    /** Undefined: all of them. */
    private readonly allowed: readonly SelectionSetNode[] | undefined,
    private readonly type: GraphQLCompositeType,
    private readonly place: FieldPlace,
    private readonly scope: ShapeScope,
  ) {
    this.#isAbstract = isAbstractType(type);
    this.#declared = new ObjectShape(selectionSets, allowed, type, scope);
  }

  /** Whether the selection has this response key on the object. */
  has(object: JsonObject, key: string): boolean {
    const { __typename: typename } = object;
    const shape = this.#isAbstract && typename !== undefined ? this.#formOf(typename)?.shape : this.#declared;
    return shape?.has(key) === true;
  }

  complete(object: JsonObject, pass: ShapePass, depth: number): JsonObject | null {
    if (!this.#isAbstract) return this.#declared.complete(object, pass, depth);
    const typename = object.__typename;
    // For a subgraph with an @interfaceObject, the plan may not request the type.
    const isUntyped = typename === undefined && !this.scope.asksTypename(pass.path.slice(0, depth));
    if (isUntyped) return this.#declared.complete(object, pass, depth);
    const form = this.#formOf(typename);
    // The message must not contain the name, because the API schema may hide the type (@inaccessible).
    if (!form) return invalidValue(pass, depth, this.place, typeof typename === 'string' ? FOREIGN_TYPE : NO_TYPE);
    if (form.need !== 'nothing') {
      if (this.scope.isWhole && pass.hasFailure(depth)) return null;
      if (form.need === 'name') return invalidValue(pass, depth, this.place, UNKNOWN_TYPE);
    }
    return form.shape.complete(object, pass, depth);
  }

  /** @returns undefined for a type that the abstract type does not have, or that the API schema hides (`@inaccessible`) */
  #formOf(typename: unknown): TypeForm | undefined {
    let form = this.#byTypename.get(typename);
    const type = form ? null : this.#findType(typename);
    if (type) {
      const need = isAbstractType(type) ? findNeedOfType(this.selectionSets, type, this.scope) : 'nothing';
      form = { shape: new ObjectShape(this.selectionSets, this.allowed, type, this.scope), need };
      this.#byTypename.set(typename, form);
    }
    return form;
  }

  #findType(typename: unknown): GraphQLCompositeType | null {
    const { schema } = this.scope;
    const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
    if (!isAbstractType(this.type) || !(isObjectType(type) || isInterfaceType(type))) return null;
    return type === this.type || schema.isSubType(this.type, type) ? type : null;
  }
}

/** Introspection's answers need no completion. */
const passThrough: Complete = (value) => value ?? null;

function compileType(type: GraphQLOutputType, selected: Selected, place: FieldPlace, scope: ShapeScope): Complete {
  if (isNonNullType(type)) {
    const completeNullable = compileType(type.ofType, selected, place, scope);
    return (value, pass, depth) => {
      const completed = completeNullable(value, pass, depth);
      if (completed !== null) return completed;
      pass.reportNull(depth, place);
      return INVALID;
    };
  }
  if (isListType(type)) return compileList(compileType(type.ofType, selected, place, scope), place);
  if (isLeafType(type)) return compileLeaf(toLeafCheck(type), type.name, place);
  return compileComposite(getNamedType(type) as GraphQLCompositeType, selected, place, scope);
}

function compileList(completeItem: Complete, place: FieldPlace): Complete {
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return invalidValue(pass, depth, place, 'is not a list');
    let items: unknown[] = value;
    for (let index = 0; index < value.length; index += 1) {
      pass.path[depth] = index;
      const item = completeItem(value[index], pass, depth + 1);
      if (item === INVALID) return null;
      if (items !== value) items.push(item);
      else if (item !== value[index]) items = value.slice(0, index).concat([item]);
    }
    return items;
  };
}

function compileLeaf(isValid: LeafCheck, typeName: string, place: FieldPlace): Complete {
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (isValid(value)) return typeName === 'ID' && typeof value !== 'string' ? String(value) : value;
    return invalidValue(pass, depth, place, `is not of the type ${typeName}`);
  };
}

function compileComposite(
  type: GraphQLCompositeType,
  { nodes, shown }: Selected,
  place: FieldPlace,
  scope: ShapeScope,
): Complete {
  const shapes = new ShapesByType(toSelectionSets(nodes), shown && toSelectionSets(shown), type, place, scope);
  return (value, pass, depth) => {
    if (value === null || value === undefined) return null;
    if (!isObject(value)) return invalidValue(pass, depth, place, 'is not an object');
    return shapes.complete(value, pass, depth);
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function invalidValue(pass: ShapePass, depth: number, place: FieldPlace, expected: string): null {
  pass.reportInvalid(depth, place, expected);
  return null;
}
