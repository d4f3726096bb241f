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
import { toAskedPath } from './asked.ts';
import type { DeferredFragment } from './deferred.fragment.ts';
import { type LeafCheck, toLeafCheck } from './leaf.ts';
import { type FieldPlace, ShapePass } from './shape.pass.ts';
import type { ShapeScope } from './shape.scope.ts';
import { findNeedOfType, type NeedOfType } from './unknown.type.ts';

/** A null where none may be: the parent becomes null instead. */
const INVALID = Symbol('null in a non-null position');

/** How values of one type, under one selection, are completed. */
type Complete = (value: unknown, pass: ShapePass, depth: number) => unknown;

/** The form of an operation's answer. */
export interface Shape {
  /**
   * The answer for what the subgraphs brought: only what was asked, in the order it was asked, nulls propagated.
   * Adds an error for each propagated null that no error in `errors` explains.
   * What is right as it stands is not copied: the answer may share objects with `data`.
   * @param deferred takes the fragments that are answered later, those of objects that null propagation took away too
   */
  shape(data: JsonObject, errors: GraphQLFormattedError[], deferred?: DeferredFragment[]): JsonObject | null;
  /** Drops errors of what nobody asked of an object, now or later. */
  keepAsked(data: JsonObject, errors: GraphQLFormattedError[]): void;
}

/**
 * @param allowed the selections of which the viewer may see the values; left out: all. A plan may fetch what the viewer
 * may not see, such as the key of an entity: it shows as null.
 */
export function compileShape(
  selectionSet: SelectionSetNode,
  rootType: GraphQLCompositeType,
  scope: ShapeScope,
  allowed?: readonly SelectionSetNode[],
): Shape {
  const root = new ObjectShape([selectionSet], allowed, rootType, scope);
  const keepAsked = (data: JsonObject, errors: GraphQLFormattedError[]) =>
    dropUnasked(errors, (path) => toAskedPath(path, data, selectionSet, rootType, scope));
  return {
    shape(data, errors, deferred) {
      if (errors.length) keepAsked(data, errors);
      return root.complete(data, new ShapePass(errors, deferred), 0);
    },
    keepAsked,
  };
}

/** Positions of one error that are looked at: an error about thousands is about something that was asked. */
const MAX_CONCERNS = 100;

function dropUnasked(
  errors: GraphQLFormattedError[],
  toAsked: (path: readonly (string | number)[]) => typeof path | null,
) {
  const kept = errors.flatMap((error) => {
    if (!error.path) return error;
    const { concerns } = originOf(error);
    if (concerns) return concerns.slice(0, MAX_CONCERNS).some((position) => toAsked(position)) ? error : [];
    const path = toAsked(error.path);
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

/** The answer's form for objects of one type. Fields are collected when the first such object comes. */
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

  /** The object itself where it has the fields that were asked, in their order, and no other. */
  complete(object: JsonObject, pass: ShapePass, depth: number): JsonObject | null {
    this.#fields ??= this.#compileFields();
    const fields = this.#fields;
    let right = 0;
    // The data is JSON: whatever is enumerated is the object's own.
    for (const name in object) {
      const field = fields[right];
      if (field === undefined || field.source !== name || field.key !== name) {
        return this.#rebuild(object, right, undefined, pass, depth);
      }
      const value = object[name];
      pass.path[depth] = name;
      const completed = field.complete(value, pass, depth + 1);
      if (completed === INVALID) return null;
      if (completed !== value) return this.#rebuild(object, right, completed, pass, depth);
      right += 1;
    }
    if (right !== fields.length) return this.#rebuild(object, right, undefined, pass, depth);
    if (this.#deferred) this.#defer(object, pass, depth);
    return object;
  }

  /**
   * @param right how many fields are right as they stand
   * @param next the value of the one after them, if it has been completed
   */
  #rebuild(object: JsonObject, right: number, next: unknown, pass: ShapePass, depth: number): JsonObject | null {
    const fields = this.#fields as readonly FieldShape[];
    const out: JsonObject = {};
    for (let index = 0; index < fields.length; index += 1) {
      const { key, source, complete } = fields[index] as FieldShape;
      let value = index === right ? next : undefined;
      if (index < right) {
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

  /** Whether it has this response key, on objects of its type. */
  has(key: string): boolean {
    this.#fields ??= this.#compileFields();
    return this.#fields.some((field) => field.key === key);
  }

  #defer(object: JsonObject, pass: ShapePass, depth: number): void {
    for (const { id, shapes } of this.#deferred ?? []) {
      const path = pass.path.slice(0, depth);
      // Of an object known by its interface only, the type may come with what the fragment fetches.
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
        const allowedOfIt = shown?.deferred.flatMap((other) => (other.id === id ? other.selectionSet : []));
        return { id, shapes: new ShapesByType([selectionSet], allowedOfIt, type, place, scope) };
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

/** Whatever was fetched, the viewer may not see it. */
function asNull(complete: Complete): Complete {
  return (_value, pass, depth) => complete(null, pass, depth);
}

/** One response key's selections, and those of them that the viewer may see (undefined: all). */
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
const NO_TYPE = 'does not say its type';
const UNKNOWN_TYPE = 'no subgraph knows the type of';

/** The form of objects with one name in `__typename`. */
interface TypeForm {
  readonly shape: ObjectShape;
  /** Of an interface's name: what it is not enough for. */
  readonly need: NeedOfType;
}

/** The forms of what one selection selects on objects of a type: for an abstract one by the name in `__typename`. */
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
    // Where a subgraph knows an interface as an @interfaceObject, the plan may not ask for the type.
    const isUntyped = typename === undefined && !this.scope.asksTypename(pass.path.slice(0, depth));
    if (isUntyped) return this.#declared.complete(object, pass, depth);
    const form = this.#formOf(typename);
    // Not even the name of a type that the API schema hides (@inaccessible) may show.
    if (!form) return invalidValue(pass, depth, this.place, typeof typename === 'string' ? FOREIGN_TYPE : NO_TYPE);
    if (form.need !== 'nothing') {
      if (this.scope.isWhole && pass.hasFailure(depth)) return null;
      if (form.need === 'name') return invalidValue(pass, depth, this.place, UNKNOWN_TYPE);
    }
    return form.shape.complete(object, pass, depth);
  }

  /** Undefined for a type that is not one of the abstract type's, or that the API schema hides (`@inaccessible`). */
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

/** Introspection's answers, complete as they are. */
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
